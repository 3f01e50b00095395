import type { WantedTopic } from '../log/forward/topic-desk.js';
import type { Log } from '../log/log.js';

/** Creates the topics in the log of this machine, or checks that they are as remembered. @throws LogFailure `topic`, with the mend */
export function createTopics(log: Log, topics: readonly WantedTopic[]): void {
  for (const { name, cleanup, partitions } of topics) log.ensureTopic(name, { cleanup, partitions });
}
