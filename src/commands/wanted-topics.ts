import type { Config } from '../config/options.js';
import type { WantedTopic } from '../log/forward/topic-desk.js';

/** The topics that the configuration names, each once. */
export function wantedTopics({ log, feeds, topics, scale, batch }: Config): readonly WantedTopic[] {
  const { partitions, replication } =
    log.kind === 'kafka' && log.kafka ? log.kafka.topicDefaults : { partitions: log.partitions, replication: 1 };
  const published = [...Object.values(feeds), ...Object.values(batch?.datasets ?? {})].map(({ topic }) => topic);
  const records = new Set([...published, topics.deadLetters]);
  return [
    ...Array.from(records, (name): WantedTopic => ({ name, cleanup: 'delete', partitions, replication })),
    { name: topics.symbols, cleanup: 'compact', partitions, replication },
    ...(batch ? [{ name: topics.files, cleanup: 'compact', partitions, replication } as const] : []),
    ...(scale === 'many' ? [{ name: topics.cursors, cleanup: 'compact', partitions, replication } as const] : []),
  ];
}
