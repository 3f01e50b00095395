import { createHash } from 'node:crypto';
import type { HttpAnswer, HttpRequest } from '../../src/http/edge.js';
import type { OwnerView } from '../../src/ingest/feed-owner.js';
import type { Commit, LogReader } from '../../src/log/log.js';
import { recordsIn } from '../../src/log/packed/unpack.js';
import type { Event } from '../../src/records/event.js';
import type { Delivery } from '../../src/simulator/answer.js';
import type { Answering } from '../../src/simulator/answering.js';
import type { Market } from '../../src/simulator/market.js';
import { askedFor } from './asked-for.js';
import type { WorldClock } from './clock.js';
import { createLetterTruth } from './letter-truth.js';
import { createListTruth } from './list-truth.js';
import { createLogTruth } from './log-truth.js';
import type { createOrigins } from './origins.js';
import { createPaceTruth } from './pace-truth.js';
import { createQuotaTruth } from './quota-truth.js';
import { createSeriesTruth } from './series-truth.js';
import type { WorldPlan } from './world-plan.js';

/** What every world promises; docs/simulation.md says each in a sentence. */
export type Rule =
  | 'log-is-truth'
  | 'final-is-final'
  | 'letters-for-broken'
  | 'ids-unique'
  | 'seen-at-rises'
  | 'numbers-rise-by-one'
  | 'no-window-exceeded'
  | 'reserved-before-called'
  | 'settled-with-records'
  | 'due-or-late'
  | 'lists-follow'
  | 'in-flight-bounded'
  | 'nothing-fails'
  | 'drains'
  | 'same-trace';

export interface Violation {
  readonly rule: Rule;
  readonly detail: string;
  readonly atMs: number;
}

export type Accuse = (rule: Rule, detail: string) => void;

export interface OracleParts {
  readonly plan: WorldPlan;
  readonly clock: WorldClock;
  readonly market: Market;
  readonly counts: Answering['counts'];
  readonly origins: ReturnType<typeof createOrigins>;
}

/** Sees the wire, the disk and the events of a world, and knows the truth. Nothing that it does reaches the world. */
export function createOracle({ plan, clock, market, counts, origins }: OracleParts) {
  const violations: Violation[] = [];
  const hash = createHash('sha1');
  const trace: string[] = [];
  let appending = 0;
  const accuse: Accuse = (rule, detail) => violations.push({ rule, detail, atMs: clock.now() });
  const feeds = plan.sources.flatMap(source => source.feeds);
  const isFaulty = Object.keys(plan.market.faults).length > 0 || plan.market.schedule.length > 0;
  const series = createSeriesTruth(plan, market, clock, accuse);
  const letters = createLetterTruth(feeds, isFaulty, accuse);
  const log = createLogTruth(accuse);
  const [source] = plan.sources as [WorldPlan['sources'][0]];
  const quota = createQuotaTruth(source, counts, accuse);
  const lists = createListTruth(plan, origins, market, clock, accuse);
  const pace = createPaceTruth(feeds, lists, clock, accuse);
  let bornMs = 0;

  const note = (text: string): void => {
    const line = `${clock.now() - plan.startMs} ${text}\n`;
    hash.update(line);
    trace.push(line);
    if (trace.length > 4_000) trace.splice(0, 2_000);
  };

  return {
    violations,
    accuse,
    note,
    /** Everything that happened, in one number. */
    digest: () => hash.copy().digest('hex'),
    /** The newest lines of it. */
    trace: (): readonly string[] => trace,
    get records() {
      return series.records;
    },
    wire: {
      asked(_source: string, request: HttpRequest) {
        note(`ask ${JSON.stringify(request.query)}`);
        series.asked(request);
        pace.asked(request);
        lists.asked(askedFor(request).form);
        quota.asked();
      },
      arrived: () => quota.arrived(),
      delivered(_source: string, delivery: Delivery) {
        series.delivered(delivery);
        lists.delivered(delivery);
        letters.delivered(
          delivery.interval ?? 'quote',
          delivery.quotes?.map(({ symbol }) => symbol) ?? delivery.symbols,
        );
      },
      spoiled: (_source: string, request: HttpRequest, answer: HttpAnswer) => letters.spoiled(request, answer),
      ended: (_source: string, wasSent: boolean) => quota.ended(wasSent),
    },
    disk: {
      appending() {
        appending++;
        const most = plan.sources.length * 2 + plan.lists.length;
        if (appending > most) accuse('in-flight-bounded', `${appending} appends at once, not ${most}`);
      },
      stored(commit: Commit) {
        note(
          `store ${commit.batches.map(batch => recordsIn(batch).length).join()} ${(commit.state ?? []).map(([key]) => key).join()}`,
        );
        const answers = series.stored(commit);
        letters.stored(commit);
        log.stored(commit);
        lists.stored(commit);
        quota.stored(commit, answers);
      },
      ended() {
        appending--;
      },
    },
    report(event: Event) {
      note(JSON.stringify(event));
      pace.report(event);
      if (event.kind === 'mailbox-lost') accuse('in-flight-bounded', `${event.actor} lost ${event.count} commands`);
      if (event.kind === 'actor-failed' || event.kind === 'actor-restarted')
        accuse('nothing-fails', `${event.actor}: ${event.error}`);
    },
    booted(nth: number) {
      bornMs = clock.now();
      note(`boot ${nth}`);
      pace.booted();
    },
    crashed() {
      note('crash');
      appending = 0;
      series.crashed();
      quota.crashed();
      pace.crashed();
      lists.crashed();
      letters.crashed();
    },
    look(views: ReadonlyMap<string, OwnerView>, troubledMs: number) {
      for (const { name, concurrency, feeds: own } of plan.sources) {
        const most = 2 * concurrency * Math.max(...own.map(({ maxSymbols }) => maxSymbols));
        const inFlight = views.get(name)?.inFlight ?? 0;
        if (inFlight > most)
          accuse('in-flight-bounded', `${inFlight} symbols between pull and acknowledgement, not ${most}`);
      }
      pace.look(troubledMs);
      lists.look(clock.now() - Math.max(bornMs, troubledMs));
    },
    /** The last process has drained. */
    ended(reader: LogReader) {
      if (counts().calls === 0) accuse('due-or-late', 'nobody was called');
      series.ended();
      letters.ended();
      log.read(reader);
    },
  };
}

export type Oracle = ReturnType<typeof createOracle>;
