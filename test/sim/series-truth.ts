import type { HttpRequest } from '../../src/http/edge.js';
import type { Commit, LogRecord } from '../../src/log/log.js';
import { plain } from '../../src/log/packed/unpack.js';
import type { Delivery } from '../../src/simulator/answer.js';
import type { Market } from '../../src/simulator/market.js';
import { askedFor, formOf, seriesOfKey } from './asked-for.js';
import type { WorldClock } from './clock.js';
import type { Accuse } from './oracle.js';
import { createRecordCheck, type Found } from './record-check.js';
import { learn, openModel, type SeriesModel, type Served } from './series-model.js';
import { rowsOf } from './truth-rows.js';
import type { WorldPlan } from './world-plan.js';

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

/**
 * The log against the truth, commit by commit: each answer that the process got has to become exactly the records that a reader who knew all
 * earlier ones would miss, with their revisions, in one commit; and nothing else may become a record. It shares no code with cursor and settling.
 */
export function createSeriesTruth(plan: WorldPlan, market: Market, clock: WorldClock, accuse: Accuse): SeriesTruth {
  const feeds = plan.sources.flatMap(source => source.feeds);
  const models = new Map<string, SeriesModel>();
  /** By series: its call that is under way or was the last. */
  const calls = new Map<string, Omit<Served, 'delivery'>>();
  const topics = new Set(feeds.map(({ feed }) => feed.topic));
  const checked = createRecordCheck(market, plan.checkIdOf, accuse);
  const isClockRight = (): boolean => clock.wallOffsetMs === 0;

  function modelOf(symbol: string, form: string): SeriesModel | undefined {
    const name = `${symbol}|${form}`;
    const found = models.get(name);
    const spec = feeds.find(feed => formOf(feed) === form);
    if (found || !spec) return found;
    const created = openModel(name, symbol, spec);
    models.set(name, created);
    return created;
  }

  function settle(name: string, written: readonly (readonly [LogRecord, Found])[]): Served | undefined {
    const model = models.get(name);
    const served = model?.pending;
    const fresh = model && served ? learn(model, rowsOf(market, model.symbol, served.delivery)) : [];
    if (model) model.pending = undefined;
    if (written.length !== fresh.length) {
      const missed = fresh.slice(0, 3).map(({ time, revision }) => `${time} revision ${revision}`);
      accuse(
        'log-is-truth',
        `${name}: ${written.length} records where the answer had ${fresh.length} that are new (${missed.join(', ')})`,
      );
    }
    for (let at = 0; at < Math.min(written.length, fresh.length); at++)
      checked.check(model!, served!, ...written[at]!, fresh[at]!);
    return served;
  }

  return {
    get records() {
      return checked.records;
    },
    asked(request) {
      const { form, symbols } = askedFor(request);
      for (const symbol of symbols) {
        const name = `${symbol}|${form}`;
        if (models.get(name)?.pending)
          accuse('log-is-truth', `${name} was served, is asked for again, and is not in the log`);
        calls.set(name, { askedMs: clock.now(), isClockRight: isClockRight() });
      }
    },
    delivered(delivery) {
      const form = delivery.interval ?? 'quote';
      const symbols = delivery.quotes?.map(({ symbol }) => symbol) ?? delivery.symbols;
      for (const symbol of symbols) {
        const model = modelOf(symbol, form);
        const call = calls.get(`${symbol}|${form}`);
        if (!model || !call) continue;
        model.pending = { delivery, askedMs: call.askedMs, isClockRight: call.isClockRight && isClockRight() };
      }
    },
    stored({ batches, state = [] }) {
      const written = new Map<string, [LogRecord, Found][]>();
      for (const [key] of state) if (key.startsWith('series/')) written.set(seriesOfKey(key), []);
      for (const { topic, records: batch } of batches.map(plain))
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
        const served = settle(name, found);
        if (served) settled.add(served.delivery);
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
            `${name} was served at ${new Date(pending.delivery.asOfMs).toISOString()} and is not in the log`,
          );
    },
  };
}
