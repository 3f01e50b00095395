import type { Letter, Replay } from '../log/dead-letters/letter.js';
import type { LogReader } from '../log/log.js';
import type { OutgoingRecord } from '../log/writer.js';
import type { Observation } from '../records/observation.js';
import { encodeRecords } from '../records/record.js';
import { faultOf } from './checks.js';
import type { FeedSpec } from './feed-desk.js';

export interface ReplayContext {
  /** As the configuration has it now. */
  readonly feed: (source: string, feed: string) => Pick<FeedSpec, 'feed' | 'checks'> | undefined;
  readonly log: Pick<LogReader, 'read' | 'ends'>;
  readonly nowMs: number;
}

const needed: Readonly<Record<string, string>> = {
  malformed: 'it is an answer, not a record: its symbols are polled again by themselves',
  'too-many': 'it only counts rows that were wrong',
};

/** The record that a letter is about, under its own id; or why there is none, for people. */
export function replayOf(letter: Letter, context: ReplayContext): OutgoingRecord | string {
  const { replay } = letter;
  const record =
    replay === undefined
      ? (needed[letter.code] ?? `what is wrong (${letter.code}) lies in what was sent: there is no record to publish`)
      : replay.kind === 'record'
        ? refusedByKafka(letter, replay, context)
        : refusedByCheck(letter, replay, context);
  if (typeof record !== 'string' && context.log.ends(record.topic).length === 0)
    return `the configuration names no topic ${record.topic}`;
  return record;
}

function refusedByCheck(
  { origin, payload, truncated }: Letter,
  { stamp, previousPrice }: Extract<Replay, { kind: 'observation' }>,
  { feed: feedOf, nowMs }: ReplayContext,
): OutgoingRecord | string {
  if (truncated) return 'only its first 64 KiB were kept';
  const [source, name] = [String(origin.source), String(origin.feed)];
  const spec = feedOf(source, name);
  if (spec === undefined) return `the configuration has no feed ${name} of ${source}, whose checks would judge it`;
  const observation = JSON.parse(payload) as Observation;
  const fault = faultOf(observation, spec.checks, nowMs, previousPrice);
  if (fault) return `a check of feed ${name} still refuses it: ${fault.detail}`;
  return {
    topic: spec.feed.topic,
    key: observation.symbol,
    value: encodeRecords([{ observation, stamp }], spec.feed.decimals)[0]!,
    headers: { 'fl-id': stamp.id, 'fl-schema': `${observation.kind}/1` },
  };
}

/** A record above a broker's bound is above the bound of a letter, too: the whole of it is where it was shipped from. */
function refusedByKafka(
  { origin, payload, truncated }: Letter,
  { partition, offset, headers }: Extract<Replay, { kind: 'record' }>,
  { log }: ReplayContext,
): OutgoingRecord | string {
  const topic = String(origin.topic);
  const [record] = partition < log.ends(topic).length ? log.read(topic, partition, offset, 1) : [];
  if (record?.offset === offset && record.headers['fl-id'] === headers['fl-id'])
    return { topic, key: record.key, value: record.value, headers };
  if (truncated)
    return 'only its first 64 KiB were kept here: log.path has the whole of it no longer (log.retain), or that of another instance has it';
  return { topic, key: String(origin.symbol), value: Buffer.from(payload), headers };
}
