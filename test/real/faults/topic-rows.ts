import { setTimeout as delay } from 'node:timers/promises';
import { type FaultRow, seconds } from './row.js';

export const topicRows: readonly FaultRow[] = [
  {
    row: '11a',
    fault: 'topic deleted under the running load and made again',
    perSecond: 500,
    long: 10,
    short: 2,
    unit: 's',
    // A batch of each partition meets the new topic first; then all that the local log keeps comes in order, that batch once more.
    mayDouble: (_, partitions, way) => (way === 'forward' ? partitions : 0),
    mayMix: way => way === 'forward',
    async run({ cluster, load, topic, partitions, amount, freshFile, way }) {
      if (way === 'forward') {
        // The local log still has what lay in the topic, and the forwarder makes it again.
        await cluster.admin.deleteTopic(topic);
        return `caught up ${seconds(await load.caughtUp())} after it was deleted; all that the local log kept is there again`;
      }
      // What lay in the topic is gone with it: what counts is what was sent since.
      await load.pause();
      await cluster.admin.deleteTopic(topic);
      load.tell({ kind: 'resume', sent: freshFile() });
      await delay(amount * 1000);
      await cluster.admin.createTopic(topic, partitions, 3);
      return `caught up ${seconds(await load.caughtUp())} after it was made again`;
    },
  },
  {
    row: '11b',
    fault: 'the right to write taken away and given back',
    perSecond: 500,
    long: 10,
    short: 2,
    unit: 's',
    asUser: true,
    async run({ cluster, load, topic, amount }) {
      await cluster.admin.forget('app', 'write', ['topic', topic]);
      await delay(amount * 1000);
      await cluster.admin.allow('app', 'write', ['topic', topic]);
      return `caught up ${seconds(await load.caughtUp())} after it was given back`;
    },
  },
  {
    row: '11c',
    fault: 'a record above the topic’s max.message.bytes amid 50 batch mates (MESSAGE_TOO_LARGE)',
    perSecond: 500,
    long: 20,
    short: 3,
    unit: 'times',
    async run({ cluster, topic, load, amount }) {
      await cluster.admin.configure(topic, 'max.message.bytes', '300000');
      for (let time = 1; time <= amount; time++) {
        load.tell({ kind: 'oversize', mates: 50, valueBytes: 600_000 });
        await load.until('refused', ({ refused }) => refused >= time);
      }
      await load.caughtUp();
      if (load.state.refused !== amount) throw new Error(`${load.state.refused} records were refused, not ${amount}`);
      return `${amount} records refused, each alone`;
    },
  },
];
