import type { Config } from '../config/options.js';
import { openEmbeddedLog } from '../log/embedded/embedded-log.js';
import { hasLog } from '../log/embedded/embedded-reader.js';
import type { Log } from '../log/log.js';
import { realTime } from '../streams/time.js';
import { connectKafka } from './connect-kafka.js';
import { createTopics } from './create-topics.js';
import { type Connect, clientId, logPlace } from './log-place.js';
import { type Shipping, startShipping } from './shipping.js';
import { wantedTopics } from './wanted-topics.js';

export interface Alone<T> {
  readonly result: T;
  /** Records that Kafka has not acknowledged: they wait in the log for the next start. */
  readonly unshipped?: number;
}

/**
 * Opens the log for writing, because no instance runs, and ships what that leaves in it.
 * @returns undefined where there is no log yet
 * @throws LogFailure; KafkaFailure within 10 s, with the mend
 */
export async function alone<T>(
  config: Config,
  use: (log: Log) => Promise<T>,
  connect: Connect = connectKafka,
): Promise<Alone<T> | undefined> {
  const { path, maxBytes, retain: retainBytes } = config.log;
  const { kafka } = logPlace(config.log);
  if (!kafka && !hasLog(path)) return undefined;
  const report = (): void => undefined;
  let shipping: Shipping | undefined;
  const keepFrom = (topic: string, partition: number): number => shipping?.keepFrom(topic, partition) ?? 0;
  const log = await openEmbeddedLog({
    path,
    maxBytes,
    retainBytes,
    report,
    time: realTime,
    ...(kafka && { keepFrom }),
  });
  try {
    const topics = wantedTopics(config);
    if (kafka)
      shipping = await startShipping({
        log,
        topics,
        deadLetters: config.topics.deadLetters,
        connect: () => connect(kafka, clientId()),
        requestTimeoutMs: kafka.requestTimeout,
        time: realTime,
        logClock: realTime,
        random: Math.random,
        report,
      });
    else createTopics(log, topics);
    const result = await use(log);
    const left = await shipping?.finish(config.drain.deadline);
    return left && left.records > 0 ? { result, unshipped: left.records } : { result };
  } finally {
    await shipping?.close();
    await log.close();
  }
}
