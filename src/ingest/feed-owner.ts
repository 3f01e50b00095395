import type { ActorRef, Factory } from '../actors/actor.js';
import type { StateChange } from '../log/log.js';
import type { Report } from '../records/event.js';
import type { BudgetCommand, BudgetView, Permit, PermitReply } from '../schedule/budget.js';
import { bodyText } from '../sources/body-text.js';
import type { Outcome } from '../sources/outcome.js';
import type { Vendor } from '../sources/source.js';
import type { Random, Time } from '../streams/time.js';
import { type FeedDesk, type FeedSpec, openDesk, relist, shiftDesk } from './feed-desk.js';
import type { FeedOwnerCommand, Item, Pulled } from './feed-owner-command.js';
import { judge } from './judge.js';
import { createOutage } from './outage.js';
import { polledEvent } from './polled.js';
import { endRound, isRoundOver, reasonToGiveUp, roundNotes } from './round.js';
import { shifted } from './series.js';
import { seriesDue } from './series-due.js';
import { createWallJumps } from './wall-jumps.js';

/** A look from outside, taken at once: for the status page and the end of a round. */
export interface OwnerView {
  readonly inFlight: number;
  readonly stopped: string | undefined;
  readonly desks: readonly FeedDesk[];
  /** `--once`: what was refused, rejected or failed. */
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
  readonly time: Time;
  readonly random: Random;
  /** Each series once, then no more items. */
  readonly once: boolean;
  /** Takes keys out of a body that goes to the dead letters. */
  readonly redact: (text: string) => string;
}

const dayMs = 86_400_000;
const watchMs = 30_000;
const usageMs = 1_000;
/** Of a body on its way to the dead letters, which keep the first 64 KiB: enough that no half of a key remains at their end. */
const maxShownBytes = 1 << 20;
const abandonedRetryMs = 60_000;
const fullRetryMs = 1_000;

/**
 * The one writer of a source: which series is due, how far each has come, what an answer adds. It never fetches.
 * What is true of the world outside (calls in flight, lanes that wait) is kept across restarts of the actor; the timetable is built anew from the log.
 */
export function feedOwner(deps: FeedOwnerDeps): {
  readonly factory: Factory<FeedOwnerCommand>;
  readonly peek: () => OwnerView;
} {
  const waiting: Pulled[] = [];
  /** By feed: symbols whose call or commit is under way. */
  const inFlight = new Map(deps.feeds.map(({ feed }) => [feed.name, new Set<string>()]));
  /** By feed: of several symbols in one call one was unknown, and the vendor does not say which: each of them is asked for by itself. */
  const alone = new Map(deps.feeds.map(({ feed }) => [feed.name, new Set<string>()]));
  const notes = roundNotes();
  const lists = new Map<string, readonly string[]>();
  let stopped: string | undefined;
  let draining = false;
  /** The answer at hand: one that makes the owner fail is still here when it starts anew. */
  let settling: (FeedOwnerCommand & { kind: 'answered' }) | undefined;
  const outage = createOutage(deps.sourceName, deps.random, deps.report);
  let requests = 0;
  let desks: readonly FeedDesk[] = [];
  const factory: Factory<FeedOwnerCommand> = context => {
    desks = deps.feeds.map(spec => openDesk(spec, deps.sourceName, deps.load));
    const jumps = createWallJumps(deps.time);
    const deskOf = new Map(desks.map(desk => [desk.feed.name, desk]));
    /** Requests for permits that are not answered yet. */
    const asked = new Set<string>();
    let alarm: { readonly atMs: number; unsubscribe(): void } | undefined;

    const endpointOf = ({ feed }: FeedDesk, symbol: string): string =>
      deps.vendor.endpoint?.(feed.wanted, symbol) ?? '';

    /** Until when the plan's refusal keeps a symbol from being asked for. */
    const deniedMs = (desk: FeedDesk, symbol: string): number =>
      desk.denied.size === 0 ? 0 : (desk.denied.get(endpointOf(desk, symbol)) ?? 0);

    const schedule = (desk: FeedDesk, symbol: string): void => {
      const series = desk.series.get(symbol);
      if (series === undefined || inFlight.get(desk.feed.name)!.has(symbol)) return;
      const dueMs = deps.once ? context.now() : seriesDue(desk, symbol, series, context.now());
      desk.timetable.set(symbol, deps.once ? dueMs : Math.max(dueMs, series.notBeforeMs ?? 0, deniedMs(desk, symbol)));
    };

    const take = (list: string, symbols: readonly string[]): void => {
      lists.set(list, symbols);
      for (const desk of desks.filter(({ lists: named }) => named.includes(list)))
        for (const symbol of relist(desk, list, symbols, deps.vendor.type, deps.load, context.now()))
          schedule(desk, symbol);
    };

    /** The desk whose head is due longest, among those that may ask now. */
    const mostUrgent = (nowMs: number, maxWeight: number): FeedDesk | undefined => {
      let best: FeedDesk | undefined;
      let bestMs = nowMs;
      for (const desk of desks) {
        const head = desk.timetable.peek();
        if (head === undefined || head.dueMs > bestMs || desk.weight > maxWeight) continue;
        best = desk;
        bestMs = head.dueMs - 1;
      }
      return best;
    };

    const dueCalls = (nowMs: number): number => {
      let calls = 0;
      for (const desk of desks)
        calls += Math.ceil(desk.timetable.dueCount(nowMs, waiting.length * desk.maxSymbols) / desk.maxSymbols);
      return calls;
    };

    /** Asks for as many permits as there are lanes to use them and calls that are due; else sleeps until something is. */
    const pump = (): void => {
      if (draining || (deps.once && (stopped !== undefined || isRoundOver(desks)))) {
        releaseLanes();
        return;
      }
      if (stopped !== undefined) return;
      const nowMs = context.now();
      if (nowMs < outage.untilMs) return wakeAt(outage.untilMs);
      // Each of these lanes waits for a permit already; its answer comes back here.
      if (waiting.length <= asked.size) return;
      const wanted = Math.min(waiting.length, dueCalls(nowMs)) - asked.size;
      const weight = (wanted > 0 && mostUrgent(nowMs, Number.POSITIVE_INFINITY)?.weight) || 1;
      for (let one = 0; one < wanted; one++) {
        const id = `${deps.sourceName}/${++requests}`;
        const replyTo = (reply: PermitReply): boolean => context.self.tell({ kind: 'permit', id, reply });
        if (deps.budget.tell({ kind: 'request', id, weight, replyTo })) asked.add(id);
      }
      if (wanted > 0) return;
      const nextMs = Math.min(...desks.map(desk => desk.timetable.peek()?.dueMs ?? Number.POSITIVE_INFINITY));
      if (nextMs > nowMs && Number.isFinite(nextMs)) wakeAt(nextMs);
    };

    const wakeAt = (atMs: number): void => {
      if (alarm !== undefined && alarm.atMs <= atMs && alarm.atMs > context.now()) return;
      alarm?.unsubscribe();
      const timer = context.after(Math.max(1, atMs - context.now()), { kind: 'tick' });
      alarm = { atMs, unsubscribe: () => timer.unsubscribe() };
    };

    const releaseLanes = (): void => {
      for (const lane of waiting.splice(0)) lane(undefined);
    };

    const permitted = (id: string, reply: PermitReply): void => {
      asked.delete(id);
      if (reply.kind === 'full') return wakeAt(context.now() + fullRetryMs);
      if (reply.kind !== 'permit') {
        const mend = reply.kind === 'stopped' ? `: check sources.${deps.sourceName}.apiKey, then start again` : '';
        stopped = reply.reason + mend;
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
      const lonely = alone.get(feed.name)!;
      while (symbols.length < desk.maxSymbols && !lonely.has(first.id)) {
        const next = timetable.peek();
        if (next === undefined || next.dueMs > nowMs || lonely.has(next.id)) break;
        timetable.remove(next.id);
        symbols.push(next.id);
      }
      const flying = inFlight.get(feed.name)!;
      let newestMs: number | undefined = Number.POSITIVE_INFINITY;
      for (const symbol of symbols) {
        flying.add(symbol);
        const known = series.get(symbol)?.newestMs;
        newestMs = newestMs === undefined || known === undefined ? undefined : Math.min(newestMs, known);
      }
      const work = { wanted: feed.wanted, symbols, newestMs, nowMs, shallow: desk.shallow };
      return { feed: feed.name, work, permit, dueMs: first.dueMs, startedMs: nowMs };
    };
    const settle = ({ item, answered, replyTo }: FeedOwnerCommand & { kind: 'answered' }): void => {
      const { reachedVendor, answer } = answered;
      const outcome = withoutDepth(answered.outcome, item);
      const nowMs = context.now();
      const desk = deskOf.get(item.feed)!;
      jumps.answered(item.feed, item.work.symbols);
      outage.saw(outcome.kind === 'unavailable' ? outcome.detail : undefined, nowMs);
      const judged = judge(
        {
          sourceType: deps.vendor.type,
          sourceName: deps.sourceName,
          feed: desk.feed,
          calendar: desk.calendar,
          checks: desk.checks,
          deadLetters: deps.deadLetters,
          nowMs,
          askedMs: item.startedMs,
          load: deps.load,
          recent: desk.letters,
        },
        item.work.symbols,
        outcome,
        () => deps.redact(bodyText((answer?.body ?? new Uint8Array()).subarray(0, maxShownBytes))),
        deps.random,
      );
      if (outcome.kind === 'denied' && outcome.by === 'entitlement') deny(desk, item.work.symbols, outcome.detail);
      if (outcome.kind === 'denied' && outcome.by === 'depth' && !desk.shallow) {
        desk.shallow = true;
        deps.report({ kind: 'history-denied', feed: item.feed, reason: outcome.detail });
      }
      if (outcome.kind === 'unknown-symbol' && item.work.symbols.length > 1)
        for (const symbol of item.work.symbols) alone.get(item.feed)!.add(symbol);
      deps.report(polledEvent(deps.sourceName, item, answered, nowMs));
      if (deps.once && !judged.again) notes.saw(item, outcome, judged);
      // Last: an answer on which the owner fails has its quota settled when it is given up.
      const hint = answer && deps.vendor.quotaHints?.(answer, nowMs);
      const quota = reachedVendor ? item.permit.settled(outcome, hint) : unsent(item.permit);
      replyTo({ ...judged, state: [...judged.state, ...quota] });
    };

    const committed = ({ item, settlement }: FeedOwnerCommand & { kind: 'committed' }): void => {
      const desk = deskOf.get(item.feed)!;
      const flying = inFlight.get(item.feed)!;
      for (const symbol of item.work.symbols) {
        flying.delete(symbol);
        const series = settlement.series.get(symbol);
        const jumpedMs = jumps.landed(item.feed, symbol);
        if (!desk.listedBy.has(symbol)) continue;
        if (series !== undefined) desk.series.set(symbol, jumpedMs === 0 ? series : shifted(series, jumpedMs));
        if (deps.once && !settlement.again) continue;
        // It was due when it was asked for; a clock set back since must not make it wait.
        if (series === undefined)
          desk.timetable.set(symbol, Math.max(Math.min(item.dueMs, context.now()), deniedMs(desk, symbol)));
        else schedule(desk, symbol);
      }
    };

    const giveUpOn = ({ item, answered, replyTo }: FeedOwnerCommand & { kind: 'answered' }): void => {
      const desk = deskOf.get(item.feed)!;
      const state = answered.reachedVendor ? item.permit.settled({ kind: 'malformed' }) : unsent(item.permit);
      const flying = inFlight.get(item.feed)!;
      for (const symbol of item.work.symbols) {
        flying.delete(symbol);
        jumps.landed(item.feed, symbol);
        if (desk.listedBy.has(symbol) && !deps.once) desk.timetable.set(symbol, context.now() + abandonedRetryMs);
      }
      if (deps.once) notes.couldNotSettle(item);
      replyTo({ kind: 'given-up', state });
    };

    const askUsage = (): void => {
      deps.budget.tell({ kind: 'usage', replyTo: view => context.self.tell({ kind: 'usage', view }) });
      context.after(usageMs, { kind: 'watch' });
    };

    /** The plan lacks what serves these symbols: neither they nor others that it would serve are asked for within a day. */
    const deny = (desk: FeedDesk, symbols: readonly string[], reason: string): void => {
      const endpoints = new Set(symbols.map(symbol => endpointOf(desk, symbol)));
      for (const endpoint of endpoints) desk.denied.set(endpoint, context.now() + dayMs);
      const waitingToo = [...desk.series.keys()].filter(
        symbol => desk.timetable.dueMs(symbol) !== undefined && endpoints.has(endpointOf(desk, symbol)),
      );
      if (!deps.once) for (const symbol of waitingToo) schedule(desk, symbol);
      else {
        for (const symbol of waitingToo) desk.timetable.remove(symbol);
        notes.notAskedFor(desk.feed.name, waitingToo.length, reason);
      }
    };

    const giveUpIfSpent = (view: BudgetView): void => {
      const reason = reasonToGiveUp(view, context.now());
      if (reason !== undefined && asked.size > 0) endRound(desks, reason, notes);
    };

    /**
     * Due times are wall times: without this a clock set back by an hour would stop polling for one. Before every command, so that no stamp of after
     * the jump is moved with those of before.
     */
    const followClock = (): void => {
      const jumpedMs = jumps.since(inFlight);
      if (jumpedMs === 0) return;
      outage.jumped(jumpedMs);
      for (const desk of desks) {
        shiftDesk(desk, jumpedMs);
        for (const symbol of desk.series.keys()) schedule(desk, symbol);
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
    const failedOn = settling;
    settling = undefined;
    if (failedOn) giveUpOn(failedOn);
    context.after(deps.once ? usageMs : watchMs, { kind: 'watch' });
    return {
      receive: command => {
        followClock();
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
            permitted(command.id, command.reply);
            return pump();
          case 'answered':
            settling = command;
            settle(command);
            settling = undefined;
            return;
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
            if (deps.once) return askUsage();
            watch();
            return pump();
          case 'usage':
            giveUpIfSpent(command.view);
            return pump();
          case 'drain':
            draining = true;
            // A permit that nobody uses would be written as spent.
            for (const id of asked) deps.budget.tell({ kind: 'withdraw', id });
            return pump();
          default:
            return command satisfies never;
        }
      },
    };
  };
  return {
    factory,
    peek: () => ({
      inFlight: [...inFlight.values()].reduce((sum, { size }) => sum + size, 0),
      stopped,
      desks,
      problems: notes.problems,
    }),
  };
}

/** A call that was never made gives its quota back. */
function unsent(permit: Permit): readonly StateChange[] {
  permit.cancel();
  return [];
}

/** A plan that gives no history to a call that asked for none gives nothing. */
const withoutDepth = (outcome: Outcome, { work }: Item): Outcome =>
  outcome.kind === 'denied' && outcome.by === 'depth' && work.shallow ? { ...outcome, by: 'entitlement' } : outcome;
