import type { Config } from '../config/options.js';
import type { WantedTopic } from '../log/forward/topic-desk.js';

/** The topics that the configuration names, each once. */
export function wantedTopics({ log, feeds, topics, scale }: Config): readonly WantedTopic[] {
  const { partitions, replication } =
    log.kind === 'kafka' && log.kafka ? log.kafka.topicDefaults : { partitions: log.partitions, replication: 1 };
  const records = new Set([...Object.values(feeds).map(({ topic }) => topic), topics.deadLetters]);
  return [
    ...Array.from(records, (name): WantedTopic => ({ name, cleanup: 'delete', partitions, replication })),
    { name: topics.symbols, cleanup: 'compact', partitions, replication },
    ...(scale === 'many' ? [{ name: topics.cursors, cleanup: 'compact', partitions, replication } as const] : []),
  ];
}
