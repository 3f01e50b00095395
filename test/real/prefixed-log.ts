import type { RecordLog } from '../../src/log/log.js';

/** A log of its own on a shared cluster: its topics have a prefix there. Names that are none stay as they are. */
export function prefixedLog(log: RecordLog, prefix: string): RecordLog {
  const there = (topic: string): string =>
    /^[\w.-]{1,200}$/.test(topic) && !/^\.+$/.test(topic) ? prefix + topic : topic;
  return {
    identity: log.identity,
    async topics() {
      const names = await log.topics();
      return names.filter(name => name.startsWith(prefix)).map(name => name.slice(prefix.length));
    },
    ends: topic => log.ends(there(topic)),
    read: (topic, partition, from, maxBytes) => log.read(there(topic), partition, from, maxBytes),
    ensureTopic: (topic, options) => log.ensureTopic(there(topic), options),
    async append({ batches }) {
      const positions = await log.append({
        batches: batches.map(batch => ({ ...batch, topic: there(batch.topic) })),
      });
      return positions.map(position => ({ ...position, topic: position.topic.slice(prefix.length) }));
    },
    close: () => log.close(),
  };
}
