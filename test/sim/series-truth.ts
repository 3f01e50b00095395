import { createHash } from 'node:crypto';
import type { HttpRequest } from '../../src/http/edge.js';
import type { FeedSpec } from '../../src/ingest/feed-desk.js';
import type { Commit, LogRecord } from '../../src/log/log.js';
import type { Delivery } from '../../src/simulator/answer.js';
import type { Market } from '../../src/simulator/market.js';
import type { TruthBar, TruthQuote } from '../../src/simulator/truth.js';
import type { Accuse } from './oracle.js';
import type { WorldPlan } from './world-plan.js';

/** What the record of one bar or quote has to say. */
interface Row {
  readonly timeMs: number;
  readonly time: string;
  readonly date: string;
  /** Canonical, as the id has them. */
  readonly values: string;
  readonly truth: TruthBar | TruthQuote;
}

/** A record as its reader has it, for what is looked at here. */
interface Found {
  readonly id: string;
  readonly kind: string;
  readonly interval?: string;
  readonly source: string;
  readonly symbol: string;
  readonly time: string;
  readonly date: string;
  readonly revision: number;
  readonly seenAt: string;
  readonly adjusted?: boolean;
  readonly final?: boolean;
  readonly open?: string;
  readonly high?: string;
  readonly low?: string;
  readonly close?: string;
  readonly volume?: string;
  readonly price?: string;
  readonly bid?: string;
  readonly ask?: string;
}

interface Known {
  readonly timeMs: number;
  readonly truth: TruthBar | TruthQuote;
  readonly values: string;
  readonly revision: number;
}

interface SeriesModel {
  readonly name: string;
  readonly symbol: string;
  readonly feed: FeedSpec;
  /** Sorted by time, the newest `capacity`. */
  known: Known[];
  readonly capacity: number;
  /** Served to the process and not seen on the disk yet. */
  pending: Delivery | undefined;
  seenAt: string;
}

export interface SeriesTruth {
  asked(request: HttpRequest): void;
  delivered(delivery: Delivery): void;
  /** @returns how many served answers this commit settles */
  stored(commit: Commit): number;
  /** What was served and is not on the disk died with the process. */
  crashed(): void;
  /** Nothing is under way any more. */
  ended(): void;
  readonly records: number;
}

const quoteWindow = 16;

/**
 * The log against the truth, commit by commit: each answer that the process got has to become exactly the records that a reader who knew all
 * earlier ones would miss, with their revisions, in one commit; and nothing else may become a record. It shares no code with cursor and settling.
 */
export function createSeriesTruth(
  plan: WorldPlan,
  market: Market,
  isClockRight: () => boolean,
  accuse: Accuse,
): SeriesTruth {
  const feeds = plan.sources.flatMap(source => source.feeds);
  const models = new Map<string, SeriesModel>();
  const topics = new Set(feeds.map(({ feed }) => feed.topic));
  const ids = new Set<string>();
  let records = 0;

  const feedFor = (form: string): FeedSpec | undefined =>
    feeds.find(({ feed: { wanted } }) => (wanted.data === 'bars' ? wanted.interval : 'quote') === form);

  function modelOf(symbol: string, form: string): SeriesModel | undefined {
    const name = `${symbol}|${form}`;
    const found = models.get(name);
    const feed = feedFor(form);
    if (found || !feed) return found;
    const capacity = feed.feed.wanted.data === 'bars' ? feed.feed.restateWindow : quoteWindow;
    const created: SeriesModel = { name, symbol, feed, known: [], capacity, pending: undefined, seenAt: '' };
    models.set(name, created);
    return created;
  }

  /** What of an answer is new, as the contract has it: beyond the window it is nobody's business. */
  function settle(model: SeriesModel, rows: readonly Row[]): (Row & { readonly revision: number })[] {
    const { known, capacity } = model;
    const oldestMs = known.length >= capacity ? known[0]!.timeMs : Number.NEGATIVE_INFINITY;
    const fresh: (Row & { readonly revision: number })[] = [];
    const merged: Known[] = [];
    let at = 0;
    for (const row of rows) {
      if (row.timeMs < oldestMs) continue;
      while (at < known.length && known[at]!.timeMs < row.timeMs) merged.push(known[at++]!);
      const old = known[at]?.timeMs === row.timeMs ? known[at++] : undefined;
      if (old !== undefined && (old.truth === row.truth || old.values === row.values)) {
        merged.push(old);
        continue;
      }
      const revision = old === undefined ? 0 : old.revision + 1;
      merged.push({ timeMs: row.timeMs, truth: row.truth, values: row.values, revision });
      fresh.push({ ...row, revision });
    }
    while (at < known.length) merged.push(known[at++]!);
    if (fresh.length > 0) model.known = merged.slice(-capacity);
    return fresh;
  }

  function rowsOf(model: SeriesModel, delivery: Delivery): Row[] {
    const { interval, bars = 0, newest, oldestMs = 0, asOfMs, quotes = [] } = delivery;
    if (interval === undefined || newest === undefined)
      return quotes.filter(({ symbol }) => symbol === model.symbol).map(quote => quoteRow(quote, delivery.function));
    const window = { asOfMs, fromMs: oldestMs, toMs: newest.startMs, count: bars };
    return market.barsAt(model.symbol, interval, window).map(barRow);
  }

  function check(
    model: SeriesModel,
    { headers }: LogRecord,
    found: Found,
    row: Row & { readonly revision: number },
  ): void {
    const { truth, revision, time, date, values } = row;
    const isBar = 'startMs' in truth;
    const wrong = (name: string, is: unknown, should: unknown): void =>
      accuse('log-is-truth', `${model.name} ${time}: ${name} is ${String(is)}, not ${String(should)}`);
    if (found.time !== time) wrong('time', found.time, time);
    if (found.date !== date) wrong('date', found.date, date);
    if (found.revision !== revision) wrong('revision', found.revision, revision);
    if (found.symbol !== model.symbol) wrong('symbol', found.symbol, model.symbol);
    if (found.source !== 'alpha-vantage') wrong('source', found.source, 'alpha-vantage');
    if (isBar) {
      if (found.adjusted !== false) wrong('adjusted', found.adjusted, false);
      if (
        found.open !== truth.open ||
        found.high !== truth.high ||
        found.low !== truth.low ||
        found.close !== truth.close
      )
        wrong('bar', [found.open, found.high, found.low, found.close].join(), values);
      if ((found.volume ?? '') !== (truth.volume ?? '')) wrong('volume', found.volume, truth.volume);
      if (found.final === true && !truth.final && isClockRight())
        accuse('final-is-final', `${model.name} ${time} is called final and was still growing when it was served`);
    } else {
      const said = [found.price, found.volume, found.bid, found.ask].map(canonical).join(',');
      if (said !== values) wrong('quote', said, values);
    }
    const { id } = found;
    if (records % plan.checkIdOf === 0) {
      const form = isBar ? `bar|${truth.interval}|false` : 'quote||';
      const should = uuid(`alpha-vantage|${model.symbol}|${form}|${time}|${revision}|${values}`);
      if (id !== should) wrong('id', id, should);
    }
    if (headers['fl-id'] !== id) wrong('fl-id', headers['fl-id'], id);
    if (ids.has(id)) accuse('ids-unique', `${model.name} ${time} revision ${revision} is in the log twice`);
    ids.add(id);
    if (found.seenAt < model.seenAt)
      accuse('seen-at-rises', `${model.name} ${time}: seen at ${found.seenAt}, after ${model.seenAt}`);
    model.seenAt = found.seenAt;
    records++;
  }

  return {
    get records() {
      return records;
    },
    asked(request) {
      const { form, symbols } = askedFor(request);
      for (const symbol of symbols) {
        const { pending } = models.get(`${symbol}|${form}`) ?? {};
        if (pending) accuse('log-is-truth', `${symbol}|${form} was served, is asked for again, and is not in the log`);
      }
    },
    delivered(delivery) {
      const form = delivery.interval ?? 'quote';
      const symbols = delivery.quotes?.map(({ symbol }) => symbol) ?? delivery.symbols;
      for (const symbol of symbols) {
        const model = modelOf(symbol, form);
        if (model) model.pending = delivery;
      }
    },
    stored({ batches, state = [] }) {
      const written = new Map<string, [LogRecord, Found][]>();
      for (const [key] of state) if (key.startsWith('series/')) written.set(nameOfKey(key), []);
      for (const { topic, records: batch } of batches)
        for (const record of batch) {
          if (!topics.has(topic)) continue;
          const found = JSON.parse(Buffer.from(record.value).toString()) as Found;
          const name = `${record.key}|${found.kind === 'bar' ? found.interval : 'quote'}`;
          const known = written.get(name) ?? [];
          written.set(name, known);
          known.push([record, found]);
        }
      const settled = new Set<Delivery>();
      for (const [name, found] of written) {
        const model = models.get(name);
        const delivery = model?.pending;
        const expected = model && delivery ? settle(model, rowsOf(model, delivery)) : [];
        if (delivery) settled.add(delivery);
        if (model) model.pending = undefined;
        if (found.length !== expected.length)
          accuse(
            'log-is-truth',
            `${name}: ${found.length} records where the answer had ${expected.length} that are new (${expected
              .slice(0, 3)
              .map(({ time, revision }) => `${time} revision ${revision}`)
              .join(', ')})`,
          );
        for (let at = 0; at < Math.min(found.length, expected.length); at++)
          check(model!, ...found[at]!, expected[at]!);
      }
      return settled.size;
    },
    crashed() {
      for (const model of models.values()) model.pending = undefined;
    },
    ended() {
      for (const { name, pending } of models.values())
        if (pending)
          accuse(
            'log-is-truth',
            `${name} was served at ${new Date(pending.asOfMs).toISOString()} and is not in the log`,
          );
    },
  };
}

/** `series/alpha-vantage|SYM|bar|1m|false|topic` → `SYM|1m`; `…|quote||topic` → `SYM|quote`. */
function nameOfKey(key: string): string {
  const [, symbol = '', kind = '', interval = ''] = key.split('|');
  return `${symbol}|${kind === 'bar' ? interval : 'quote'}`;
}

const forms: Readonly<Record<string, string>> = {
  TIME_SERIES_DAILY: '1d',
  FX_DAILY: '1d',
  DIGITAL_CURRENCY_DAILY: '1d',
};

/** What a call asks for. */
export function askedFor({ query = {} }: HttpRequest): { readonly form: string; readonly symbols: readonly string[] } {
  const { function: name = '', interval, symbol = '', from_symbol: from, to_symbol: to, market } = query;
  if (name === 'LISTING_STATUS') return { form: 'listing', symbols: [] };
  const form = interval === undefined ? (forms[name] ?? 'quote') : interval.replace('min', 'm').replace('60m', '1h');
  if (from !== undefined) return { form, symbols: [`${from}/${to}`] };
  if (market !== undefined) return { form, symbols: [`${symbol}/${market}`] };
  return { form, symbols: symbol.split(',') };
}

const canonical = (value: unknown): string => {
  const text = typeof value === 'string' ? value : '';
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
};

const joined = (values: readonly (string | undefined)[]): string => values.map(canonical).join(',');

const barRow = (truth: TruthBar): Row => ({
  timeMs: truth.startMs,
  time: truth.time,
  date: truth.date,
  values: joined([truth.open, truth.high, truth.low, truth.close, truth.volume]),
  truth,
});

/** A single quote carries the day only, so that its time is that day. */
function quoteRow(truth: TruthQuote, name: string): Row {
  const timeMs = name === 'GLOBAL_QUOTE' ? Date.parse(truth.date) : truth.timeMs;
  const time = new Date(timeMs).toISOString().replace('.000Z', 'Z');
  return { timeMs, time, date: truth.date, values: joined([truth.price, truth.volume, undefined, undefined]), truth };
}

const namespace = Buffer.from('820b754bc7375a3895ff009d8b59798b', 'hex');

/** UUIDv5 as the design has it, by itself: the ids of a log must stay what they were. */
function uuid(name: string): string {
  const hash = createHash('sha1').update(namespace).update(name).digest();
  hash[6] = (hash[6]! & 15) | 80;
  hash[8] = (hash[8]! & 63) | 128;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
