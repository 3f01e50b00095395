import type { Config } from '../config/options.js';
import type { Action } from '../ingest/letter-desk.js';
import type { Dealt, Selection } from '../log/dead-letters/selection.js';
import { openEmbeddedLog } from '../log/embedded/embedded-log.js';
import { hasLog } from '../log/embedded/embedded-reader.js';
import { realTime } from '../streams/time.js';
import { connectKafka } from './connect-kafka.js';
import { createTopics } from './create-topics.js';
import { letterDeskOf } from './letter-desk-of.js';
import { type Connect, clientId, logPlace } from './log-place.js';
import { makePlan } from './make-plan.js';
import { type Shipping, startShipping } from './shipping.js';
import { wantedTopics } from './wanted-topics.js';

export interface DealtAlone extends Dealt {
  /** Records that Kafka has not acknowledged: they wait in the log for the next start. */
  readonly unshipped?: number;
}

/**
 * Deals with dead letters where no instance runs: as the one writer of the log, which then is shipped as far as Kafka takes it.
 * @throws LogFailure, KafkaFailure
 */
export async function dealAlone(
  config: Config,
  action: Action,
  selection: Selection,
  connect: Connect = connectKafka,
): Promise<DealtAlone> {
  const { path, maxBytes, retain: retainBytes } = config.log;
  const { kafka } = logPlace(config.log);
  if (!kafka && !hasLog(path)) return nothing(selection);
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
    const plan = makePlan(config, { userAgent: '', proxy: {}, once: false });
    const desk = letterDeskOf(config, plan, { log, time: realTime, report, connect });
    const dealt = await desk.deal(action, selection);
    const left = await shipping?.finish(config.drain.deadline);
    return left && left.records > 0 ? { ...dealt, unshipped: left.records } : dealt;
  } finally {
    await shipping?.close();
    await log.close();
  }
}

const nothing = (selection: Selection): Dealt => ({
  done: 0,
  before: 0,
  was: [],
  staying: 0,
  stay: [],
  unknown: 'letters' in selection ? selection.letters : [],
});
