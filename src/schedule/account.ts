import type { LogReader, StateChange } from '../log/log.js';
import type { Report } from '../records/event.js';
import type { Random, Time } from '../streams/time.js';
import { createBookings } from './bookings.js';
import { createBudgetClock, type Moment } from './budget-clock.js';
import { budgetState, restoreBudget } from './budget-state.js';
import { type Closed, createLearning } from './learning.js';
import { type Charge, createLedger, type Usage } from './ledger.js';
import type { Limit } from './limit.js';
import type { Hint, Verdict } from './verdict.js';
import { isFixed } from './wall-window.js';

const dayMs = 86_400_000;
/** What the wall clock may gain on the steady one before it is written down. */
const toleratedLeadMs = 100;

export interface AccountOptions {
  /** The source's name in the config. */
  readonly source: string;
  readonly limits: readonly Limit[];
  /** Calls in flight at once. */
  readonly concurrency: number;
  /** A call ends at the latest so long after its permit. */
  readonly deadlineMs: number;
  /** Where the reservations of earlier runs lie. */
  readonly state: Pick<LogReader, 'get' | 'range'>;
  readonly time: Time;
  readonly random: Random;
  readonly report: Report;
}

/** Its times are those of the wall clock as it is, also after a jump. */
export interface AccountView {
  readonly limits: readonly Usage[];
  readonly inFlight: number;
  /** What is allowed in flight at this time. */
  readonly concurrency: number;
  /** The learned rate; undefined while none is needed. */
  readonly perSecond: number | undefined;
  /** Until when the source takes no calls, and why. */
  readonly closed: Closed | undefined;
  readonly stopped: string | undefined;
}

/**
 * All that decides when one credential may call: the ledger of its limits and what was learned from answers. The state of the budget actor, apart
 * from it so that settling is synchronous and a restart of the actor forgets nothing. Every operation is one step; nothing here waits.
 */
export interface Account {
  /** 0 when a call may be permitted, else ms until it is worth asking again; Infinity while only an answer can make room. */
  waitMs(weight: number): number;
  readonly maxWeight: number;
  /** The source takes no calls at this time, whatever the limits say. */
  closed(): boolean;
  readonly stopped: string | undefined;
  reserve(weight: number): Charge;
  /** Whether a call of this weight would be covered by what lies in the log already: permitted without a reservation of its own. */
  isCovered(weight: number): boolean;
  cover(charge: Charge): void;
  /** What is covered comes to its end: `reservation` of nothing makes more of it. */
  isLow(): boolean;
  /** What must be durable before these calls are made. */
  reservation(charges: readonly Charge[]): readonly StateChange[];
  /**
   * The reservation is older than it may be, or the clock has jumped since: a crash right after the permit would make its calls look older than they
   * are. `renewal` must be durable before its calls are made. */
  isStale(): boolean;
  renewal(): readonly StateChange[];
  /** No call is in flight though a block lies ready; `rest` gives it back, as a reservation of its own. */
  readonly isIdle: boolean;
  rest(): readonly StateChange[];
  /** The last reservation is durable. */
  reserved(): void;
  /** What was being reserved is nobody's any more; its calls have been abandoned. */
  dropReservation(): void;
  /** The call was not made. */
  cancel(charge: Charge): void;
  /** Nobody knows what became of the call: it counts as answered, at this time. */
  abandon(charge: Charge): void;
  /** @returns what commits together with what the call brought */
  settle(charge: Charge, verdict: Verdict, hint?: Hint): readonly StateChange[];
  setLimits(limits: readonly Limit[]): void;
  view(): AccountView;
}

export function createAccount(options: AccountOptions): Account {
  const { source, concurrency, deadlineMs, state, time, random, report } = options;
  const clock = createBudgetClock(time);
  const keys = budgetState(source);
  const startMs = clock.now().steadyMs;
  const restored = restoreBudget(source, state, startMs, deadlineMs);
  const ledger = createLedger(options.limits, restored.charges);
  let storedLeadMs = restored.leadMs;
  // Waits for the next reservation or settlement; at most what happens between two of them.
  let unwritten: StateChange[] = [];

  const toStored = (ms: number): number => Math.ceil(ms - restored.leadMs);
  const learning = createLearning({
    source,
    limits: options.limits,
    concurrency,
    ledger,
    // A clock that was set back while we were down must not keep the source closed for years.
    earlier: {
      closed: restored.closed && { ...restored.closed, untilMs: Math.min(restored.closed.untilMs, startMs + dayMs) },
      learned: restored.learned,
    },
    time,
    random,
    report: event =>
      report(event.kind === 'source-paused' ? { ...event, untilMs: event.untilMs + clock.leadMs() } : event),
    keep: closed => unwritten.push(keys.closed(closed && { ...closed, untilMs: toStored(closed.untilMs) })),
    keepLearned: learned => unwritten.push(keys.learned(learned, restored.leadMs)),
  });

  const bookings = createBookings(keys, toStored, nextSeq(restored.charges), options.limits);

  // Never below zero: a clock that was set back makes stored times lie in the future, and those count as now.
  const leadNow = (): number => Math.max(0, restored.leadMs + clock.leadMs());
  const clockMoved = (): boolean => Math.abs(leadNow() - storedLeadMs) >= toleratedLeadMs;

  function withUpkeep(changes: readonly StateChange[], now: Moment): readonly StateChange[] {
    const all = [...unwritten, ...changes, ...bookings.expired(ledger.expired(now))];
    unwritten = [];
    if (!clockMoved()) return all;
    storedLeadMs = leadNow();
    return [...all, keys.lead(storedLeadMs)];
  }

  function settlement(charge: Charge, now: Moment): readonly StateChange[] {
    ledger.settle(charge, now);
    return bookings.settle(charge, now.steadyMs);
  }

  return {
    waitMs: weight => learning.waitMs(weight, clock.now()),
    get maxWeight() {
      return ledger.maxWeight;
    },
    closed: () => learning.closed(clock.now()) !== undefined,
    get stopped() {
      return learning.stopped;
    },
    reserve(weight) {
      const now = clock.now();
      const charge = ledger.reserve(weight, now);
      learning.took(charge, now);
      return charge;
    },
    // The log does not know of a jump of the clock yet: after a crash the call would look older than it is.
    isCovered: weight => bookings.hasRoom(weight, clock.now().steadyMs) && !clockMoved(),
    cover: charge => bookings.draw(charge),
    isLow: () => bookings.isLow(clock.now().steadyMs),
    reservation(charges) {
      const now = clock.now();
      return withUpkeep(bookings.reserve(charges, now.steadyMs), now);
    },
    isStale: () => bookings.isStale(clock.now().steadyMs) || clockMoved(),
    renewal() {
      const now = clock.now();
      return withUpkeep(bookings.renew(now.steadyMs), now);
    },
    get isIdle() {
      return bookings.isIdle;
    },
    rest() {
      const now = clock.now();
      return withUpkeep(bookings.rest(now.steadyMs), now);
    },
    reserved: () => void unwritten.push(...bookings.opened()),
    dropReservation: () => void unwritten.push(...bookings.dropped()),
    cancel(charge) {
      ledger.cancel(charge);
      learning.forget(charge);
      unwritten.push(...bookings.cancel(charge));
    },
    abandon(charge) {
      learning.forget(charge);
      unwritten.push(...settlement(charge, clock.now()));
    },
    settle(charge, verdict, hint) {
      const now = clock.now();
      const changes = settlement(charge, now);
      learning.learn(charge, verdict, hint, now);
      return withUpkeep(changes, now);
    },
    setLimits(changed) {
      ledger.setLimits(changed);
      learning.setLimits(changed);
      bookings.setLimits(changed);
    },
    view() {
      const now = clock.now();
      const closed = learning.closed(now);
      const leadMs = clock.leadMs();
      const onWall = ({ limit, used, resetsAtMs }: Usage): Usage => {
        // The count of a fixed window follows a wall clock that is behind, but none that is ahead.
        const aheadMs = isFixed(limit) ? Math.max(0, leadMs) : leadMs;
        return { limit, used, resetsAtMs: resetsAtMs === undefined ? undefined : resetsAtMs + aheadMs };
      };
      return {
        limits: ledger.usage(now).map(onWall),
        inFlight: ledger.open,
        concurrency: learning.concurrency,
        perSecond: learning.perSecond,
        closed: closed && { untilMs: closed.untilMs + leadMs, reason: closed.reason },
        stopped: learning.stopped,
      };
    },
  };
}

const nextSeq = (charges: readonly Charge[]): number => charges.reduce((next, { seq }) => Math.max(next, seq + 1), 0);
