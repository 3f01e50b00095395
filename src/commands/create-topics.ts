import type { Config } from '../config/options.js';
import type { Log } from '../log/log.js';

/** Creates the topics that the configuration names, or checks that they are as remembered. @throws LogFailure `topic`, with the mend */
export function createTopics(log: Log, config: Config): void {
  const { partitions } = config.log;
  for (const { topic } of Object.values(config.feeds)) log.ensureTopic(topic, { cleanup: 'delete', partitions });
  log.ensureTopic(config.topics.deadLetters, { cleanup: 'delete', partitions });
  log.ensureTopic(config.topics.symbols, { cleanup: 'compact', partitions });
}
