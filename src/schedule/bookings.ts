import type { StateChange } from '../log/log.js';
import { type BudgetState, longestFlushMs } from './budget-state.js';
import type { Charge } from './ledger.js';
import type { Limit } from './limit.js';

/** A block serves calls for so long after its reservation was asked for. */
const lifeMs = 2_000;
/** It is made for what is asked in this time at the pace of the last one, so that a few reservations a second serve any pace. */
const aheadMs = 250;
const mostAhead = 4_096;
const minuteMs = 60_000;

/** One entry of the log: one call, or a block of them. */
interface Booking {
  readonly seq: number;
  /** Weight that is reserved, and that calls have taken of it. */
  readonly weight: number;
  used: number;
  /** Steady ms: a call may be permitted until then. */
  untilMs: number;
  /** Steady ms of the first permit and of the last answer. */
  firstMs: number;
  doneMs: number;
  /** Calls without an answer, and calls that count in some window still. */
  open: number;
  counting: number;
  /** Gives no more permits. */
  closed: boolean;
}

/**
 * What lies in the log for the calls of one credential: always at least as much as was spent. A call that comes now and then has an entry of its own.
 * Where calls are fast a block of them is reserved ahead under one entry, so that a permit waits for no flush and an answer writes nothing. Its entry
 * says how much was used once the next block has taken its place, and when, once the last answer is there. What a crash loses of blocks counts as
 * spent: of the open one and of the one before or after it, each at most a hundredth of a limit (a tenth of one of up to a minute), and nothing
 * where that is less than one call. An older one has been told of by then, if only in a commit under way.
 *
 * Holds one entry for each call that counts. All times are steady ms.
 */
export interface Bookings {
  /** Whether a call of this weight needs no reservation of its own: `draw` takes it from the open block. */
  hasRoom(weight: number, nowMs: number): boolean;
  draw(charge: Charge): void;
  /** Whether it is time to reserve the next block, though the open one still serves. */
  isLow(nowMs: number): boolean;
  /** What must be durable before these calls are made; with it comes the next block, of which `draw` takes once it is `opened`. */
  reserve(charges: readonly Charge[], nowMs: number): readonly StateChange[];
  opened(): readonly StateChange[];
  /** A block lies ready though no call is in flight. */
  readonly isIdle: boolean;
  /** Polling rests: nobody is going to use it. Nothing must be under way; this goes in place of a reservation. */
  rest(nowMs: number): readonly StateChange[];
  /** The reservation under way took so long that its calls could last longer than it says. */
  isStale(nowMs: number): boolean;
  /** The same reservation from this time on. */
  renew(nowMs: number): readonly StateChange[];
  /** The reservation under way is nobody's any more; its calls are settled by themselves. */
  dropped(): readonly StateChange[];
  settle(charge: Charge, nowMs: number): readonly StateChange[];
  /** The call was not made. */
  cancel(charge: Charge): readonly StateChange[];
  /** These calls count no more. */
  expired(charges: readonly Charge[]): readonly StateChange[];
  setLimits(limits: readonly Limit[]): void;
}

export function createBookings(
  keys: Pick<BudgetState, 'charge' | 'withoutCharge'>,
  toStored: (ms: number) => number,
  firstSeq: number,
  limits: readonly Limit[],
): Bookings {
  const byCharge = new Map<number, Booking>();
  let seq = firstSeq;
  let most = mostAheadOf(limits);
  let block: Booking | undefined;
  let coming: Booking | undefined;
  /** What is being reserved, the coming block included. */
  let asked: readonly Booking[] = [];
  /** Calls without an answer. */
  let flying = 0;
  // Weight since the last reservation, and when that was: the pace.
  let taken = 0;
  let reservedMs = Number.NEGATIVE_INFINITY;

  function book(charge: Charge, booking: Booking): void {
    if (booking.used === 0) booking.firstMs = charge.atMs;
    booking.used += charge.weight;
    booking.open += 1;
    flying += 1;
    booking.counting += 1;
    byCharge.set(charge.seq, booking);
    taken += charge.weight;
  }

  function opening(weight: number, nowMs: number, untilMs: number): Booking {
    return { seq: seq++, weight, used: 0, untilMs, firstMs: nowMs, doneMs: nowMs, open: 0, counting: 0, closed: false };
  }

  const ahead = (nowMs: number): number =>
    Math.min(most, Math.floor((taken * aheadMs) / Math.max(1, nowMs - reservedMs)));

  const entry = ({ seq: at, untilMs, weight }: Booking): StateChange =>
    keys.charge({ seq: at, atMs: toStored(untilMs), weight });

  /** The last word on a booking: what was used of it, and until when. */
  function end(booking: Booking): StateChange {
    booking.closed = true;
    if (block === booking) block = undefined;
    if (booking.counting === 0) return keys.withoutCharge(booking.seq);
    const { seq: at, firstMs, doneMs, used } = booking;
    return keys.charge({ seq: at, atMs: toStored(firstMs), weight: used, doneMs: toStored(doneMs) });
  }

  /** A block ends with the last of its calls in flight, and an unused one with the last of all, so that what was left is free again when polling rests. */
  function left(booking: Booking): readonly StateChange[] {
    booking.open -= 1;
    flying -= 1;
    const ended = booking.open === 0 && booking !== coming ? [end(booking)] : [];
    return flying === 0 && block ? [...ended, end(block)] : ended;
  }

  return {
    hasRoom: (weight, nowMs) => block !== undefined && nowMs <= block.untilMs && block.used + weight <= block.weight,
    draw: charge => book(charge, block!),
    isLow(nowMs) {
      if (block === undefined || coming !== undefined || ahead(nowMs) === 0) return false;
      return block.used * 2 > block.weight || nowMs + lifeMs / 2 > block.untilMs;
    },
    reserve(charges, nowMs) {
      const more = ahead(nowMs);
      taken = 0;
      reservedMs = nowMs;
      if (more === 0) {
        asked = charges.map(charge => {
          const booking = opening(charge.weight, nowMs, charge.atMs);
          book(charge, booking);
          return booking;
        });
        return asked.map(entry);
      }
      const weight = charges.reduce((sum, charge) => sum + charge.weight, more);
      coming = opening(weight, nowMs, nowMs + lifeMs);
      for (const charge of charges) book(charge, coming);
      asked = [coming];
      return [entry(coming)];
    },
    isStale: nowMs => nowMs - reservedMs > longestFlushMs,
    renew(nowMs) {
      for (const booking of asked) booking.untilMs += nowMs - reservedMs;
      reservedMs = nowMs;
      return asked.map(entry);
    },
    opened() {
      if (coming === undefined) return [];
      const before = block;
      block = coming;
      coming = undefined;
      if (before === undefined) return [];
      before.closed = true;
      // A call that lasts must not keep the whole block booked.
      return [before.open === 0 ? end(before) : entry({ ...before, weight: before.used })];
    },
    get isIdle() {
      return block !== undefined && flying === 0;
    },
    rest(nowMs) {
      taken = 0;
      reservedMs = nowMs;
      asked = [];
      return block ? [end(block)] : [];
    },
    dropped() {
      const booking = coming;
      coming = undefined;
      return booking?.open === 0 ? [end(booking)] : [];
    },
    settle(charge, nowMs) {
      const booking = byCharge.get(charge.seq)!;
      booking.doneMs = nowMs;
      return left(booking);
    },
    cancel(charge) {
      const booking = byCharge.get(charge.seq)!;
      byCharge.delete(charge.seq);
      booking.used -= charge.weight;
      booking.counting -= 1;
      return left(booking);
    },
    expired(charges) {
      const gone: StateChange[] = [];
      for (const charge of charges) {
        const booking = byCharge.get(charge.seq);
        // One of an earlier run: an entry is one charge there.
        if (booking === undefined) gone.push(keys.withoutCharge(charge.seq));
        else {
          byCharge.delete(charge.seq);
          booking.counting -= 1;
          if (booking.counting === 0 && booking.closed) gone.push(keys.withoutCharge(booking.seq));
        }
      }
      return gone;
    },
    setLimits(changed) {
      most = mostAheadOf(changed);
    },
  };
}

function mostAheadOf(limits: readonly Limit[]): number {
  const shares = limits.map(({ requests, perMs }) => Math.floor(requests / (perMs <= minuteMs ? 10 : 100)));
  return Math.min(mostAhead, ...shares);
}
