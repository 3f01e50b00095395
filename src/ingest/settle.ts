import { createHash } from 'node:crypto';
import type { StateChange } from '../log/log.js';
import type { OutgoingRecord } from '../log/writer.js';
import type { Event } from '../records/event.js';
import { recordId, recordUuid, valuesOf } from '../records/identity.js';
import { isoInstant } from '../records/instant.js';
import type { Observation } from '../records/observation.js';
import { encodeRecord } from '../records/record.js';
import type { Calendar } from '../schedule/calendar.js';
import type { RejectedRow } from '../sources/outcome.js';
import { type Checks, faultOf } from './checks.js';
import type { Settled } from './commit-stage.js';
import { advance, compare, decodeCursor, encodeCursor, type Novelty } from './cursor.js';
import { isFinal } from './final.js';
import { decodeSeries, encodeSeries, type Feed, type Series, seriesKey } from './series.js';

/** What one answer comes to: commits as a whole, or not at all. */
export interface Settlement extends Settled {
  readonly series: ReadonlyMap<string, Series>;
  /** Symbols with at least one new or restated record. */
  readonly fresh: ReadonlySet<string>;
  /** Nothing is settled: the same symbols are to be asked for in another way, at once. */
  readonly again?: true;
}

export interface SettleContext {
  readonly sourceType: string;
  readonly sourceName: string;
  readonly feed: Feed;
  readonly calendar: Calendar | undefined;
  readonly checks: Checks;
  readonly deadLetters: string;
  readonly nowMs: number;
  readonly load: (key: string) => Uint8Array | undefined;
}

const quoteWindow = 16;
const payloadBytes = 65_536;

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
    records.push(...settled.records, ...settled.letters);
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
  events.push({ kind: 'settled', feed: feed.name, ...count });
  const published = records.filter(record => record.topic === feed.topic);
  if (published.length > 0) {
    const newestMs = Math.max(...[...series.values()].map(one => one.newestMs ?? 0));
    const bytes = published.reduce((sum, record) => sum + record.value.length, 0);
    events.push({ kind: 'published', feed: feed.name, topic: feed.topic, records: published.length, bytes, newestMs });
  }
  if (symbols.length > 1 && rejected.length > 0) {
    const letters = rejected.map(row => deadLetter(context, symbols.join(','), row.code, row.detail, row.row));
    records.push(...letters);
    events.push(letterEvent(context, rejected[0]!.code, letters.length, rejected[0]!.detail));
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
  const { feed, checks, nowMs, calendar, load } = context;
  const key = seriesKey(context.sourceType, feed, symbol);
  const before = decodeSeries(load(`series/${key}`));
  const capacity = feed.wanted.data === 'bars' ? feed.restateWindow : quoteWindow;
  const cursor = decodeCursor(load(`cursor/${key}`));
  const { novelties, unchanged, outside } = compare(cursor, observations, capacity);
  const seenMs = Math.max(nowMs, before.seenMs ?? 0);
  const lastMs = Math.max(Number.NEGATIVE_INFINITY, ...observations.slice(-1).map(one => Date.parse(one.time)));

  const records: OutgoingRecord[] = [];
  const letters: OutgoingRecord[] = [];
  const events: Event[] = [];
  const published = new Set<Novelty>();
  let { price, newestMs = 0, newestDate, refusedRows } = before;
  let restated = 0;
  for (const novelty of novelties) {
    const { observation, revision, timeMs } = novelty;
    const fault = faultOf(observation, checks, nowMs, price);
    if (fault !== undefined) {
      letters.push(deadLetter(context, symbol, fault.code, fault.detail, JSON.stringify(observation)));
      events.push(letterEvent(context, fault.code, 1, `${symbol}: ${fault.detail}`));
      continue;
    }
    const id = recordId(context.sourceType, observation, revision, valuesOf(observation));
    const final = isFinal(observation, timeMs < lastMs, nowMs, calendar);
    const seenAt = new Date(seenMs).toISOString();
    const value = encodeRecord(observation, { id, source: context.sourceType, seenAt, revision, final }, feed.decimals);
    records.push({
      topic: feed.topic,
      key: symbol,
      value,
      headers: { 'fl-id': id, 'fl-schema': `${observation.kind}/1` },
    });
    published.add(novelty);
    if (novelty.restated) restated++;
    if (timeMs >= newestMs) {
      newestMs = timeMs;
      newestDate = observation.date;
      price = observation.kind === 'bar' ? observation.close : observation.price;
    }
  }
  if (rejected.length > 0) {
    const hash = createHash('sha1').update(JSON.stringify(rejected)).digest('base64');
    if (hash !== refusedRows) {
      letters.push(...rejected.map(row => deadLetter(context, symbol, row.code, row.detail, row.row)));
      events.push(letterEvent(context, rejected[0]!.code, rejected.length, `${symbol}: ${rejected[0]!.detail}`));
    }
    refusedRows = hash;
  }
  const series: Series = {
    state: 'ok',
    failures: 0,
    polledMs: nowMs,
    ...(newestMs > 0 && { newestMs }),
    ...(newestDate !== undefined && { newestDate }),
    ...(records.length > 0 ? { seenMs } : before.seenMs !== undefined && { seenMs: before.seenMs }),
    ...(price !== undefined && { price }),
    ...(refusedRows !== undefined && { refusedRows }),
    fresh: records.length > 0,
  };
  const state: StateChange[] = [[`series/${key}`, encodeSeries(series)]];
  if (novelties.length > 0) {
    const after = advance(cursor, novelties, novelty => published.has(novelty), capacity);
    state.push([`cursor/${key}`, encodeCursor(after)]);
  }
  const fresh = records.length - restated;
  return { records, letters, state, series, fresh, restated, unchanged, outside, events };
}

/** A dead letter: reason code, origin, and the bytes as text, at most 64 KiB. Its id depends on content alone, so a repeat is recognised. */
export function deadLetter(
  context: Pick<SettleContext, 'sourceName' | 'sourceType' | 'feed' | 'deadLetters' | 'nowMs'>,
  symbol: string,
  code: string,
  detail: string,
  payload: string,
): OutgoingRecord {
  const { sourceName, feed, deadLetters, nowMs } = context;
  const bounded = payload.slice(0, payloadBytes);
  const id = recordUuid(`dead-letter|${feed.topic}|${symbol}|${code}|${bounded}`);
  const origin = { source: sourceName, feed: feed.name, topic: feed.topic, symbol };
  const letter = {
    id,
    code,
    detail,
    origin,
    at: isoInstant(nowMs),
    truncated: bounded.length < payload.length,
    payload: bounded,
  };
  const headers = { 'fl-id': id, 'fl-schema': 'dead-letter/1' };
  return { topic: deadLetters, key: symbol, value: Buffer.from(JSON.stringify(letter)), headers };
}

export const letterEvent = (
  context: Pick<SettleContext, 'feed'>,
  code: string,
  count: number,
  detail: string,
): Event => ({ kind: 'dead-letter', origin: `feed/${context.feed.name}`, code, count, detail });
