import type { LogReader } from '../log.js';
import type { Lane } from './lane.js';
import { readCluster, readPosition } from './position.js';

/** What the local log has and Kafka has not acknowledged. */
export interface Backlog {
  /** In a compact topic, records that newer ones have replaced meanwhile count too. */
  readonly records: number;
  /** Reckoned from the size of the oldest that wait. */
  readonly bytes: number;
  /** Since the oldest was committed; 0 while nothing waits. */
  readonly oldestMs: number;
}

type Place = Pick<Lane, 'topic' | 'partition' | 'localNext'>;

const sampleBytes = 16_384;

/** A look at the backlog: one small read of the local log for each partition that has one. */
export function measureBacklog(log: LogReader, places: readonly Place[], nowMs: number): Backlog {
  let records = 0;
  let bytes = 0;
  let oldestMs = 0;
  for (const { topic, partition, localNext } of places) {
    const { start, end } = log.ends(topic)[partition]!;
    const waiting = end - Math.max(start, localNext);
    if (waiting <= 0) continue;
    records += waiting;
    const sample = log.read(topic, partition, localNext, sampleBytes);
    const sampled = sample.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
    if (sample.length > 0) bytes += Math.round((sampled / sample.length) * waiting);
    const sinceMs = log.committedMs(topic, partition, localNext);
    if (sinceMs !== undefined) oldestMs = Math.max(oldestMs, nowMs - sinceMs);
  }
  return { records, bytes, oldestMs };
}

/** The backlog of an instance that does not run, as its log tells it; undefined when it never shipped anywhere. */
export function storedBacklog(log: LogReader, nowMs: number): Backlog | undefined {
  if (!readCluster(log)) return undefined;
  const places = log
    .topics()
    .flatMap(topic =>
      log
        .ends(topic)
        .map(({ partition }) => ({ topic, partition, localNext: readPosition(log, topic, partition)?.localNext ?? 0 })),
    );
  return measureBacklog(log, places, nowMs);
}
