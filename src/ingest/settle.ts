import { createHash } from 'node:crypto';
import type { Replay } from '../log/dead-letters/letter.js';
import type { StateChange } from '../log/log.js';
import type { OutgoingRecord } from '../log/writer.js';
import type { Event } from '../records/event.js';
import { recordId } from '../records/identity.js';
import { instantMs } from '../records/instant.js';
import type { Observation } from '../records/observation.js';
import { encodeRecords, type Stamp } from '../records/record.js';
import type { Calendar } from '../schedule/calendar.js';
import type { RejectedRow } from '../sources/outcome.js';
import { type Checks, type Fault, faultOf, isOfBounds } from './checks.js';
import type { Settled } from './commit-stage.js';
import { advance, compare, decodeCursor, encodeCursor, type Novelty } from './cursor.js';
import { isFinal } from './final.js';
import { createLetters, type LetterContext } from './letters.js';
import type { RecentLetters } from './recent-letters.js';
import { decodeSeries, encodeSeries, type Series, seriesKey } from './series.js';

/** What one answer comes to: commits as a whole, or not at all. */
export interface Settlement extends Settled {
  readonly series: ReadonlyMap<string, Series>;
  /** Symbols with at least one new or restated record. */
  readonly fresh: ReadonlySet<string>;
  /** Nothing is settled: the same symbols are to be asked for in another way, at once. */
  readonly again?: true;
}

export interface SettleContext extends LetterContext {
  readonly sourceType: string;
  readonly calendar: Calendar | undefined;
  readonly checks: Checks;
  /** When the answer was asked for: the vendor looked at its bars at that time or later. */
  readonly askedMs: number;
  readonly load: (key: string) => Uint8Array | undefined;
  readonly recent: RecentLetters;
}

const quoteWindow = 16;

/** Compares observations with the cursors of their series and turns what is new into records, and what is bad into dead letters. */
export function settleObservations(
  context: SettleContext,
  symbols: readonly string[],
  observations: readonly Observation[],
  rejected: readonly RejectedRow[],
): Settlement {
  const { feed } = context;
  const records: OutgoingRecord[] = [];
  const state: StateChange[] = [];
  const series = new Map<string, Series>();
  const fresh = new Set<string>();
  const events: Event[] = [];
  const count = { fresh: 0, restated: 0, unchanged: 0, outside: 0, rejected: 0 };
  const bySymbol = groupBySymbol(symbols, observations);
  for (const symbol of symbols) {
    const settled = settleSeries(context, symbol, bySymbol.get(symbol) ?? [], symbols.length === 1 ? rejected : []);
    for (const record of settled.records) records.push(record);
    records.push(...settled.letters);
    state.push(...settled.state);
    series.set(symbol, settled.series);
    if (settled.records.length > 0) fresh.add(symbol);
    count.fresh += settled.fresh;
    count.restated += settled.restated;
    count.unchanged += settled.unchanged;
    count.outside += settled.outside;
    count.rejected += settled.letters.length;
    events.push(...settled.events);
  }
  if (symbols.length > 1 && rejected.length > 0) {
    const refused = createLetters(context, symbols, context.recent);
    for (const { code, detail, row } of rejected) refused.add({ code, detail, row: () => row });
    const { letters, events: said } = refused.written();
    records.push(...letters);
    if (letters.length > 0) state.push(context.recent.state());
    count.rejected += letters.length;
    events.push(...said);
  }
  events.push({ kind: 'settled', feed: feed.name, ...count });
  const published = records.filter(record => record.topic === feed.topic);
  if (published.length > 0) {
    const newestMs = Math.max(...[...series.values()].map(one => one.newestMs ?? 0));
    const bytes = published.reduce((sum, record) => sum + record.value.length, 0);
    events.push({ kind: 'published', feed: feed.name, topic: feed.topic, records: published.length, bytes, newestMs });
  }
  return { records, state, series, fresh, events };
}

function groupBySymbol(symbols: readonly string[], observations: readonly Observation[]): Map<string, Observation[]> {
  const groups = new Map<string, Observation[]>(symbols.map(symbol => [symbol, []]));
  for (const observation of observations) groups.get(observation.symbol)?.push(observation);
  return groups;
}

function settleSeries(
  context: SettleContext,
  symbol: string,
  observations: readonly Observation[],
  rejected: readonly RejectedRow[],
) {
  const { feed, checks, nowMs, askedMs, calendar, load } = context;
  const key = seriesKey(context.sourceType, feed, symbol);
  const before = decodeSeries(load(`series/${key}`));
  const capacity = feed.wanted.data === 'bars' ? feed.restateWindow : quoteWindow;
  const cursor = decodeCursor(load(`cursor/${key}`));
  const present = untilNow(observations, nowMs + checks.maxFuture);
  const { novelties, unchanged, outside } = compare(cursor, present, capacity);
  const seenMs = Math.max(nowMs, before.seenMs ?? 0);
  const newest = present.at(-1);
  const lastMs = newest === undefined ? Number.NEGATIVE_INFINITY : instantMs(newest.time);

  const seenAt = new Date(seenMs).toISOString();
  const isFinalBar = ({ observation, timeMs }: Pick<Novelty, 'observation' | 'timeMs'>): boolean =>
    isFinal(observation, timeMs < lastMs, Math.min(askedMs, nowMs), calendar);
  /** What the feed's own bounds refused is a record under others. */
  const replayable = (
    { code }: Fault,
    novelty: Pick<Novelty, 'observation' | 'timeMs' | 'revision'>,
    previousPrice: string | undefined,
  ) =>
    isOfBounds(code) && {
      replay: (): Replay => ({
        kind: 'observation',
        stamp: stampOf(context.sourceType, novelty, seenAt, isFinalBar(novelty)),
        ...(previousPrice !== undefined && { previousPrice }),
      }),
    };

  const letters = createLetters(context, [symbol]);
  const published: Novelty[] = [];
  const refused = new Set<Novelty>();
  let { price, newestMs = 0, newestDate, refusedRows } = before;
  let restated = 0;
  for (const novelty of novelties) {
    const { observation, timeMs } = novelty;
    const fault = faultOf(observation, checks, nowMs, price);
    if (fault !== undefined) {
      refused.add(novelty);
      letters.add({ ...fault, row: () => JSON.stringify(observation), ...replayable(fault, novelty, price) });
      continue;
    }
    published.push(novelty);
    if (novelty.restated) restated++;
    if (timeMs >= newestMs) {
      newestMs = timeMs;
      newestDate = observation.date;
      price = observation.kind === 'bar' ? observation.close : observation.price;
    }
  }
  const records = recordsOf(context, published, seenAt, isFinalBar);
  // Not in the cursor: it keeps the newest times, and a few hundred of the year 2100 would shut out every bar until then.
  let { aheadMs = 0 } = before;
  for (const observation of observations.slice(present.length)) {
    const timeMs = instantMs(observation.time);
    const fault = faultOf(observation, checks, nowMs, undefined);
    if (fault === undefined || timeMs <= aheadMs) continue;
    const unpublished = { observation, timeMs, revision: 0 };
    letters.add({ ...fault, row: () => JSON.stringify(observation), ...replayable(fault, unpublished, undefined) });
    aheadMs = timeMs;
  }
  if (rejected.length > 0) {
    const hash = createHash('sha1').update(JSON.stringify(rejected)).digest('base64');
    if (hash !== refusedRows)
      for (const { code, detail, row } of rejected) letters.add({ code, detail, row: () => row });
    refusedRows = hash;
  }
  const series: Series = {
    state: 'ok',
    failures: 0,
    // Not when it came: what was asked for before a close and came after it has not seen the close.
    polledMs: Math.min(askedMs, nowMs),
    ...(newestMs > 0 && { newestMs }),
    ...(newestDate !== undefined && { newestDate }),
    ...(records.length > 0 ? { seenMs } : before.seenMs !== undefined && { seenMs: before.seenMs }),
    ...(price !== undefined && { price }),
    ...(refusedRows !== undefined && { refusedRows }),
    ...(aheadMs > 0 && { aheadMs }),
    fresh: records.length > 0,
  };
  const state: StateChange[] = [[`series/${key}`, encodeSeries(series)]];
  if (novelties.length > 0) {
    const after = advance(cursor, novelties, novelty => !refused.has(novelty), capacity);
    state.push([`cursor/${key}`, encodeCursor(after)]);
  }
  const fresh = records.length - restated;
  return { records, ...letters.written(), state, series, fresh, restated, unchanged, outside };
}

/** The part of `observations` (oldest first) that does not lie beyond `limitMs`. */
function untilNow(observations: readonly Observation[], limitMs: number): readonly Observation[] {
  let end = observations.length;
  while (end > 0 && instantMs(observations[end - 1]!.time) > limitMs) end -= 1;
  return end === observations.length ? observations : observations.slice(0, end);
}

const stampOf = (
  source: string,
  { observation, revision }: Pick<Novelty, 'observation' | 'revision'>,
  seenAt: string,
  final: boolean,
): Stamp => ({ id: recordId(source, observation, revision), source, seenAt, revision, final });

const recordsTogether = 64;

/** The records of what is published, in its order. */
function recordsOf(
  { sourceType: source, feed }: SettleContext,
  published: readonly Novelty[],
  seenAt: string,
  isFinalBar: (novelty: Novelty) => boolean,
): OutgoingRecord[] {
  const records: OutgoingRecord[] = [];
  for (let first = 0; first < published.length; first += recordsTogether) {
    const stamped = published.slice(first, first + recordsTogether).map(novelty => ({
      observation: novelty.observation,
      stamp: stampOf(source, novelty, seenAt, isFinalBar(novelty)),
    }));
    const values = encodeRecords(stamped, feed.decimals);
    stamped.forEach(({ observation: { kind, symbol }, stamp: { id } }, at) => {
      const headers = { 'fl-id': id, 'fl-schema': kind === 'bar' ? 'bar/1' : 'quote/1' };
      records.push({ topic: feed.topic, key: symbol, value: values[at]!, headers });
    });
  }
  return records;
}
