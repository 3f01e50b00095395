import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaCluster } from '../kafka/cluster.js';
import { whole } from './broker-rows.js';
import { type FaultRow, seconds } from './row.js';

const MiB = 2 ** 20;

async function withoutBrokers(cluster: KafkaCluster, meanwhile: () => Promise<void>): Promise<void> {
  await Promise.all(cluster.brokers.map(broker => broker.kill()));
  await meanwhile();
  await Promise.all(cluster.brokers.map(broker => broker.start()));
}

/** What only a buffer on disk survives. */
export const storeRows: readonly FaultRow[] = [
  {
    row: '5',
    fault: 'all brokers down',
    perSecond: 1000,
    long: 600,
    short: 15,
    unit: 's',
    way: 'forward',
    async run({ cluster, load, amount }) {
      const before = load.memoryMiB();
      await withoutBrokers(cluster, () => delay(amount * 1000));
      const grown = load.peakRssMiB - before;
      const waited = await load.caughtUp();
      await whole(cluster);
      return `drained ${seconds(waited)} after the last broker was back; memory grew by at most ${grown.toFixed(0)} MiB while they were down, ${(load.peakRssMiB - before).toFixed(0)} MiB in all`;
    },
  },
  {
    row: '6',
    fault: 'all brokers down until the local log has reached its cap of 64 MiB (short form: 16 MiB), and on',
    perSecond: 5000,
    long: 20,
    short: 3,
    unit: 's beyond',
    way: 'forward',
    options: { logMaxBytes: 64 * MiB },
    shortOptions: { logMaxBytes: 16 * MiB },
    async run({ cluster, load, amount }) {
      const before = load.memoryMiB();
      await withoutBrokers(cluster, async () => {
        await load.until('the cap', ({ held }) => held > 0);
        const { sent } = load.state;
        await delay(amount * 1000);
        await load.until('refusals', ({ held }) => held > 1);
        if (load.state.sent > sent + 50_000) throw new Error('it took records beyond the cap');
      });
      const { acknowledged } = load.state;
      const waited = await load.caughtUp();
      await load.until('on again', state => state.acknowledged > acknowledged + 150_000);
      await whole(cluster);
      return `paused at the cap, went on by itself; drained ${seconds(waited)} after the last broker was back; memory grew by at most ${(load.peakRssMiB - before).toFixed(0)} MiB`;
    },
  },
  {
    row: '17',
    fault: 'SIGTERM under load with sound brokers, and with all brokers frozen (deadline 10 s)',
    perSecond: 5000,
    long: 5,
    short: 1,
    unit: 'times each',
    way: 'forward',
    crashes: true,
    async run(stage) {
      const { cluster, amount } = stage;
      const sound: number[] = [];
      const frozen: number[] = [];
      let left = 0;
      for (let time = 0; time < amount; time++) {
        await stage.load.more(20_000);
        const parting = await stage.terminate();
        if (parting.left > 0) throw new Error(`${parting.left} records were left with sound brokers`);
        sound.push(parting.endedMs);
        await stage.load.more(20_000);
        for (const broker of cluster.brokers) broker.pause();
        await stage.load.until('a backlog', ({ oldestMs }) => oldestMs > 1000);
        const late = await stage.terminate();
        left = Math.max(left, late.left);
        frozen.push(late.endedMs);
        for (const broker of cluster.brokers) broker.resume();
        await whole(cluster);
      }
      await stage.load.caughtUp();
      return `ended after at most ${seconds(Math.max(...sound))} with nothing left, and after at most ${seconds(Math.max(...frozen))} with up to ${left} records in the local log, which the next process shipped`;
    },
  },
  {
    row: '13',
    fault: 'kill -9 of our process at random instants',
    perSecond: 1000,
    long: 100,
    short: 6,
    unit: 'kills',
    way: 'forward',
    options: { requestTimeoutMs: 1000 },
    crashes: true,
    mayDouble: (kills, partitions) => kills * partitions,
    async run(stage) {
      for (let kill = 0; kill < stage.amount; kill++) {
        // A quarter of them fall into the start, or into the wait for what may still be under way.
        const isEarly = stage.random() < 0.25;
        if (!isEarly) await stage.load.more(1);
        await delay(stage.random() * (isEarly ? 3000 : 1000));
        await stage.crash();
      }
      await stage.load.caughtUp();
      return '';
    },
  },
];
