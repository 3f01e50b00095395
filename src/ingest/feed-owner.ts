import type { ActorRef, Factory } from '../actors/actor.js';
import type { StateChange } from '../log/log.js';
import type { Report } from '../records/event.js';
import { isoInstant } from '../records/instant.js';
import { dispositions } from '../records/outcome-kind.js';
import type { BudgetCommand, BudgetView, Permit, PermitReply } from '../schedule/budget.js';
import type { Outcome } from '../sources/outcome.js';
import type { Vendor, Work } from '../sources/source.js';
import type { Random } from '../streams/time.js';
import { type FeedDesk, type FeedSpec, openDesk, relist } from './feed-desk.js';
import type { Answered } from './fetch.js';
import { judge } from './judge.js';
import { seriesDue } from './series-due.js';
import type { Settlement } from './settle.js';

/** One permitted call: what to ask, for whom, and how late it is. */
export interface Item {
  readonly feed: string;
  readonly work: Work;
  readonly permit: Permit;
  readonly dueMs: number;
  readonly startedMs: number;
}

type Pulled = (item: Item | undefined) => void;

export type FeedOwnerCommand =
  /** A lane has room: answered with the most urgent item once it is due and permitted, or with undefined when there will be none. */
  | { readonly kind: 'pull'; readonly replyTo: Pulled }
  | { readonly kind: 'withdraw'; readonly replyTo: Pulled }
  | { readonly kind: 'permit'; readonly reply: PermitReply }
  | {
      readonly kind: 'answered';
      readonly item: Item;
      readonly answered: Answered;
      readonly replyTo: (settlement: Settlement) => void;
    }
  | { readonly kind: 'committed'; readonly item: Item; readonly settlement: Settlement }
  | { readonly kind: 'symbols'; readonly list: string; readonly symbols: readonly string[] }
  | { readonly kind: 'tick' }
  | { readonly kind: 'watch' }
  /** `once`: what the budget says of waiting. */
  | { readonly kind: 'usage'; readonly view: BudgetView }
  | { readonly kind: 'drain' }
  /** An answer whose settling failed: the item is asked for again later. */
  | { readonly kind: 'abandoned'; readonly item: Item };

/** A look from outside, taken at once: for the status page and the end of a round. */
export interface OwnerView {
  readonly inFlight: number;
  readonly stopped: string | undefined;
  readonly desks: readonly FeedDesk[];
  /** `--once`: what was refused or failed. */
  readonly problems: readonly string[];
}

export interface FeedOwnerDeps {
  readonly sourceName: string;
  readonly vendor: Vendor;
  readonly feeds: readonly FeedSpec[];
  readonly budget: ActorRef<BudgetCommand>;
  readonly deadLetters: string;
  readonly load: (key: string) => Uint8Array | undefined;
  readonly report: Report;
  readonly random: Random;
  /** Each series once, then no more items. */
  readonly once: boolean;
  /** Takes keys out of a body that goes to the dead letters. */
  readonly redact: (text: string) => string;
}

const dayMs = 86_400_000;
const watchMs = 30_000;
const outageAfter = 3;
const usageMs = 1_000;
const shortWaitMs = 5_000;
const longWaitMs = 120_000;
const abandonedRetryMs = 60_000;

/**
 * The one writer of a source: which series is due, how far each has come, what an answer adds. It never fetches.
 * What is true of the world outside (calls in flight, lanes that wait) is kept across restarts of the actor; the timetable is built anew from the log.
 */
export function feedOwner(deps: FeedOwnerDeps): { readonly factory: Factory<FeedOwnerCommand>; peek(): OwnerView } {
  const waiting: Pulled[] = [];
  const inFlight = new Set<string>();
  const problems: string[] = [];
  const lists = new Map<string, readonly string[]>();
  let stopped: string | undefined;
  let draining = false;
  let consecutiveOutages = 0;
  let outageUntilMs = 0;
  let requests = 0;
  let desks: readonly FeedDesk[] = [];
  const factory: Factory<FeedOwnerCommand> = context => {
    desks = deps.feeds.map(openDesk);
    const deskOf = new Map(desks.map(desk => [desk.feed.name, desk]));
    const flightKey = (feed: string, symbol: string): string => `${feed}\n${symbol}`;
    let requested = 0;
    let alarm: { readonly atMs: number; unsubscribe(): void } | undefined;

    const schedule = (desk: FeedDesk, symbol: string): void => {
      const series = desk.series.get(symbol);
      if (series === undefined || inFlight.has(flightKey(desk.feed.name, symbol))) return;
      const dueMs = deps.once ? context.now() : seriesDue(desk, symbol, series, context.now());
      desk.timetable.set(symbol, deps.once ? dueMs : Math.max(dueMs, series.notBeforeMs ?? 0));
    };

    const take = (list: string, symbols: readonly string[]): void => {
      lists.set(list, symbols);
      desks.forEach((desk, index) => {
        if (!deps.feeds[index]!.lists.includes(list)) return;
        for (const symbol of relist(desk, list, symbols, deps.vendor.type, deps.load)) schedule(desk, symbol);
      });
    };

    /** The desk whose head is due longest, among those that may ask now. */
    const mostUrgent = (nowMs: number, maxWeight: number): FeedDesk | undefined => {
      let best: FeedDesk | undefined;
      let bestMs = nowMs;
      for (const desk of desks) {
        const head = desk.timetable.peek();
        if (head === undefined || head.dueMs > bestMs || desk.deniedUntilMs > nowMs || desk.weight > maxWeight)
          continue;
        best = desk;
        bestMs = head.dueMs - 1;
      }
      return best;
    };

    const dueCalls = (nowMs: number): number => {
      let calls = 0;
      for (const desk of desks)
        if (desk.deniedUntilMs <= nowMs)
          calls += Math.ceil(desk.timetable.dueCount(nowMs, waiting.length * desk.maxSymbols) / desk.maxSymbols);
      return calls;
    };

    /** Asks for as many permits as there are lanes to use them and calls that are due; else sleeps until something is. */
    const pump = (): void => {
      if (draining || (deps.once && (stopped !== undefined || roundIsOver()))) return releaseLanes();
      if (stopped !== undefined) return;
      const nowMs = context.now();
      if (nowMs < outageUntilMs) return wakeAt(outageUntilMs);
      const wanted = Math.min(waiting.length, dueCalls(nowMs)) - requested;
      const weight = mostUrgent(nowMs, Number.POSITIVE_INFINITY)?.weight ?? 1;
      for (let one = 0; one < wanted; one++) {
        requested++;
        const id = `${deps.sourceName}/${++requests}`;
        const asked = deps.budget.tell({
          kind: 'request',
          id,
          weight,
          replyTo: reply => context.self.tell({ kind: 'permit', reply }),
        });
        if (!asked) requested--;
      }
      if (wanted > 0 || waiting.length === 0) return;
      const nextMs = Math.min(
        ...desks.map(desk => Math.max(desk.timetable.peek()?.dueMs ?? Number.POSITIVE_INFINITY, desk.deniedUntilMs)),
      );
      if (nextMs > nowMs && Number.isFinite(nextMs)) wakeAt(nextMs);
    };

    const wakeAt = (atMs: number): void => {
      if (alarm !== undefined && alarm.atMs <= atMs && alarm.atMs > context.now()) return;
      alarm?.unsubscribe();
      const timer = context.after(Math.max(1, atMs - context.now()), { kind: 'tick' });
      alarm = { atMs, unsubscribe: () => timer.unsubscribe() };
    };

    const roundIsOver = (): boolean =>
      desks.every(
        (desk, index) => deps.feeds[index]!.lists.every(list => desk.loaded.has(list)) && desk.timetable.size === 0,
      );

    const releaseLanes = (): void => {
      for (const lane of waiting.splice(0)) lane(undefined);
    };

    const permitted = (reply: PermitReply): void => {
      requested = Math.max(0, requested - 1);
      if (reply.kind !== 'permit') {
        stopped = reply.reason;
        return deps.report({ kind: 'component', name: `source/${deps.sourceName}`, ready: false, reason: stopped });
      }
      const nowMs = context.now();
      const desk = mostUrgent(nowMs, reply.weight);
      const lane = waiting[0];
      if (desk === undefined || lane === undefined || draining) return reply.cancel();
      waiting.shift();
      lane(itemFor(desk, reply, nowMs));
    };

    const itemFor = (desk: FeedDesk, permit: Permit, nowMs: number): Item => {
      const { feed, timetable, series } = desk;
      const first = timetable.popDue(nowMs)!;
      const symbols = [first.id];
      while (symbols.length < desk.maxSymbols) {
        const more = timetable.popDue(nowMs);
        if (more === undefined) break;
        symbols.push(more.id);
      }
      for (const symbol of symbols) inFlight.add(flightKey(feed.name, symbol));
      const known = symbols.map(symbol => series.get(symbol)?.newestMs);
      const newestMs = known.every(one => one !== undefined) ? Math.min(...(known as number[])) : undefined;
      const work = { wanted: feed.wanted, symbols, newestMs, nowMs };
      return { feed: feed.name, work, permit, dueMs: first.dueMs, startedMs: nowMs };
    };
    const answered = ({ item, answered, replyTo }: FeedOwnerCommand & { kind: 'answered' }): void => {
      const { outcome, reachedVendor, bytes, answer } = answered;
      const nowMs = context.now();
      const desk = deskOf.get(item.feed)!;
      const hint = answer && deps.vendor.quotaHints?.(answer, nowMs);
      const quota = reachedVendor ? item.permit.settled(outcome, hint) : unsent(item.permit);
      trackOutage(outcome.kind === 'unavailable', nowMs);
      const judged = judge(
        {
          sourceType: deps.vendor.type,
          sourceName: deps.sourceName,
          feed: desk.feed,
          calendar: desk.calendar,
          checks: desk.checks,
          deadLetters: deps.deadLetters,
          nowMs,
          load: deps.load,
        },
        item.work.symbols,
        outcome,
        () => deps.redact(Buffer.from(answer?.body ?? []).toString()),
        deps.random,
      );
      if (outcome.kind === 'denied' && outcome.by === 'entitlement') {
        desk.deniedUntilMs = nowMs + dayMs;
        desk.deniedReason = outcome.detail;
      }
      deps.report({
        kind: 'polled',
        source: deps.sourceName,
        feed: item.feed,
        outcome: outcome.kind,
        ...(outcome.kind === 'refused' && { refusal: outcome.by }),
        disposition: outcome.kind === 'denied' && outcome.by === 'entitlement' ? 'skip' : dispositions[outcome.kind],
        symbols: item.work.symbols,
        elapsedMs: nowMs - item.startedMs,
        bytes,
        latenessMs: item.startedMs - item.dueMs,
        ...('detail' in outcome && { detail: outcome.detail }),
      });
      if (deps.once && isProblem(outcome.kind))
        problems.push(
          `${item.feed} ${item.work.symbols.join(',')}: ${outcome.kind}${'detail' in outcome ? ` (${outcome.detail})` : ''}`,
        );
      replyTo({ ...judged, state: [...judged.state, ...quota] });
    };

    /** Several calls in a row without an answer are an outage of the way there, not of a symbol: the whole source waits, so that quota and log lines are not spent on it. */
    const trackOutage = (unavailable: boolean, nowMs: number): void => {
      if (!unavailable) {
        if (consecutiveOutages >= outageAfter) deps.report({ kind: 'source-resumed', source: deps.sourceName });
        consecutiveOutages = 0;
        outageUntilMs = 0;
        return;
      }
      consecutiveOutages++;
      if (consecutiveOutages < outageAfter || nowMs < outageUntilMs) return;
      const ceilingMs = Math.min(30_000, 1_000 * 2 ** (consecutiveOutages - outageAfter));
      outageUntilMs = nowMs + ceilingMs * (0.5 + deps.random() / 2);
      deps.report({
        kind: 'source-paused',
        source: deps.sourceName,
        reason: 'the vendor cannot be reached',
        untilMs: outageUntilMs,
      });
    };

    const committed = ({ item, settlement }: FeedOwnerCommand & { kind: 'committed' }): void => {
      const desk = deskOf.get(item.feed)!;
      for (const symbol of item.work.symbols) {
        inFlight.delete(flightKey(item.feed, symbol));
        const series = settlement.series.get(symbol);
        if (!desk.listedBy.has(symbol)) continue;
        if (series !== undefined) desk.series.set(symbol, series);
        if (deps.once) continue;
        if (series === undefined) desk.timetable.set(symbol, item.dueMs);
        else schedule(desk, symbol);
      }
    };

    const abandoned = (item: Item): void => {
      const desk = deskOf.get(item.feed)!;
      item.permit.settled({ kind: 'malformed' });
      for (const symbol of item.work.symbols) {
        inFlight.delete(flightKey(item.feed, symbol));
        if (desk.listedBy.has(symbol) && !deps.once) desk.timetable.set(symbol, context.now() + abandonedRetryMs);
      }
      problems.push(`${item.feed} ${item.work.symbols.join(',')}: the answer could not be settled`);
    };

    const askUsage = (): void => {
      deps.budget.tell({ kind: 'usage', replyTo: view => context.self.tell({ kind: 'usage', view }) });
      context.after(usageMs, { kind: 'watch' });
    };

    /** A round waits for its own pace, but for no refusal and for no day: what it cannot ask is named. */
    const giveUpIfRefused = ({ closed, limits }: BudgetView): void => {
      const nowMs = context.now();
      const spent = limits.find(
        ({ used, limit, resetsAtMs = 0 }) => used >= limit.requests && resetsAtMs > nowMs + longWaitMs,
      );
      const reason =
        closed !== undefined && closed.untilMs > nowMs + shortWaitMs
          ? closed.reason
          : spent && `the quota of ${spent.limit.requests} calls is spent until ${isoInstant(spent.resetsAtMs ?? 0)}`;
      if (reason === undefined || requested === 0) return;
      for (const desk of desks) {
        const { size } = desk.timetable;
        if (size > 0) problems.push(`${desk.feed.name}: ${size} symbols were not asked for: ${reason}`);
        while (desk.timetable.popDue(Number.POSITIVE_INFINITY));
      }
    };

    const watch = (): void => {
      const nowMs = context.now();
      for (const desk of desks) {
        const head = desk.timetable.peek();
        const toleratedMs = Math.max(watchMs, Math.min(desk.feed.every, 10 * watchMs));
        if (head === undefined || nowMs - head.dueMs <= toleratedMs) continue;
        const overdue = desk.timetable.dueCount(nowMs - toleratedMs, desk.timetable.size);
        deps.report({ kind: 'late', feed: desk.feed.name, overdue, worstMs: nowMs - head.dueMs, worst: head.id });
      }
      context.after(watchMs, { kind: 'watch' });
    };

    for (const [list, symbols] of lists) take(list, symbols);
    context.after(deps.once ? usageMs : watchMs, { kind: 'watch' });
    return {
      receive: command => {
        switch (command.kind) {
          case 'pull':
            waiting.push(command.replyTo);
            return pump();
          case 'withdraw': {
            const at = waiting.indexOf(command.replyTo);
            if (at >= 0) waiting.splice(at, 1);
            return;
          }
          case 'permit':
            permitted(command.reply);
            return pump();
          case 'answered':
            return answered(command);
          case 'committed':
            committed(command);
            return pump();
          case 'symbols':
            take(command.list, command.symbols);
            return pump();
          case 'tick':
            alarm = undefined;
            return pump();
          case 'watch':
            return deps.once ? askUsage() : watch();
          case 'usage':
            giveUpIfRefused(command.view);
            return pump();
          case 'drain':
            draining = true;
            return pump();
          case 'abandoned':
            abandoned(command.item);
            return pump();
          default:
            return command satisfies never;
        }
      },
    };
  };
  return { factory, peek: () => ({ inFlight: inFlight.size, stopped, desks, problems }) };
}

/** A call that was never made gives its quota back. */
function unsent(permit: Permit): readonly StateChange[] {
  permit.cancel();
  return [];
}

const isProblem = (kind: Outcome['kind']): boolean => kind !== 'records' && kind !== 'unchanged' && kind !== 'empty';
