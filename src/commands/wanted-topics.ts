import type { Config } from '../config/options.js';
import type { WantedTopic } from '../log/forward/topic-desk.js';
import type { KafkaConfig } from './log-place.js';

/** Where claims have no topic yet: many partitions, so that units which hash alike are few. */
const claimPartitions = 24;

/** The topic of claims, with `scale: many`. Nothing of it lies in the local log. */
export const claimsTopic = (topics: Config['topics'], { topicDefaults }: KafkaConfig): WantedTopic => ({
  name: topics.units,
  cleanup: 'compact',
  partitions: claimPartitions,
  replication: topicDefaults.replication,
});

/** The topics that the configuration names and that are shipped to, each once. */
export function wantedTopics({ log, feeds, topics, scale, batch }: Config): readonly WantedTopic[] {
  const { partitions, replication } =
    log.kind === 'kafka' && log.kafka ? log.kafka.topicDefaults : { partitions: log.partitions, replication: 1 };
  const published = [...Object.values(feeds), ...Object.values(batch?.datasets ?? {})].map(({ topic }) => topic);
  const records = new Set([...published, topics.deadLetters]);
  // Nobody reads it in the local log, and of charges, each under a key of its own, the last word would stay there for ever.
  const cursors: WantedTopic = {
    name: topics.cursors,
    cleanup: 'compact',
    localCleanup: 'delete',
    partitions,
    replication,
  };
  return [
    ...Array.from(records, (name): WantedTopic => ({ name, cleanup: 'delete', partitions, replication })),
    { name: topics.symbols, cleanup: 'compact', partitions, replication },
    ...(batch ? [{ name: topics.files, cleanup: 'compact', partitions, replication } as const] : []),
    ...(scale === 'many' ? [cursors] : []),
  ];
}
