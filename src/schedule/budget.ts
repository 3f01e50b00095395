import type { Context, Factory, Mailbox } from '../actors/actor.js';
import type { StateChange } from '../log/log.js';
import { type AccountOptions, type AccountView, createAccount } from './account.js';
import type { Charge } from './ledger.js';
import type { Limit } from './limit.js';
import { createQuotaReports, limitName } from './quota-reports.js';
import type { Hint, Verdict } from './verdict.js';

/** The right to make one call. Exactly one of its two functions must be called, once. */
export interface Permit {
  readonly kind: 'permit';
  readonly weight: number;
  /**
   * The call has ended, in whatever way: to be called when the answer is there, because the windows count from then. The budget learns at once.
   * @param verdict an `Outcome` as it is; `{ kind: 'unavailable' }` for a call that failed on the wire
   * @returns the settlement, to be committed in one transaction with the records and the cursors
   */
  settled(verdict: Verdict, hint?: Hint): readonly StateChange[];
  /** The call was not made: its quota is free again. */
  cancel(): void;
}

/** `stopped`: the source refuses the key, nobody will be permitted again. `impossible`: this weight is more than a limit allows at all. `full`: too many wait. */
export type PermitReply = Permit | { readonly kind: 'stopped' | 'impossible' | 'full'; readonly reason: string };

export interface BudgetView extends AccountView {
  readonly waiting: number;
  readonly paused: boolean;
}

export type BudgetCommand =
  /** Answered once, in the order of the requests, when a call of this weight may be made. */
  | {
      readonly kind: 'request';
      readonly id: string;
      readonly weight: number;
      readonly replyTo: (reply: PermitReply) => void;
    }
  /** The request with this id is given up. It is not answered any more. */
  | { readonly kind: 'withdraw'; readonly id: string }
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'resume' }
  | { readonly kind: 'limits'; readonly limits: readonly Limit[] }
  | { readonly kind: 'usage'; readonly replyTo: (view: BudgetView) => void }
  | { readonly kind: 'wake' | 'reserved' | 'retry' }
  | { readonly kind: 'reserve-failed'; readonly reason: string };

export interface BudgetOptions extends AccountOptions {
  /** Makes the changes durable; rejects when that failed, and the same changes are tried again. */
  readonly reserve: (changes: readonly StateChange[]) => Promise<void>;
  /** Asked before each permit: false while it is not certain that nobody else spends this quota. */
  readonly isHeld?: () => boolean;
}

/** Requests and questions can be refused by a full mailbox; what frees quota or gives orders cannot. */
export const budgetMailbox: Mailbox<BudgetCommand> = {
  capacity: 1_000,
  policy: 'reject',
  isControl: ({ kind }) => kind !== 'request' && kind !== 'usage',
};

const maxWaiting = 1_000;
// A wall clock that is set right again can open a fixed window earlier than was foreseen.
const longestSleepMs = 60_000;
/** Calls that come sooner may use a block that lies ready. */
const restMs = 1_000;
/** Until it is asked again whether the quota is ours. */
const unheldMs = 250;
const firstRetryMs = 100;
const longestRetryMs = 30_000;
/** The last instant that a Date can hold: an operator's pause has no end of its own. */
const noEndMs = 8_640_000_000_000_000;

interface Request {
  readonly id: string;
  readonly weight: number;
  readonly replyTo: (reply: PermitReply) => void;
  readonly askedMs: number;
}

interface Grant {
  readonly request: Request;
  readonly charge: Charge;
  withdrawn: boolean;
}

/**
 * The one owner of a credential's quota. A request waits until windows, concurrency and what was learned permit the call, then until its
 * reservation is durable, then it is answered. All that can be granted at one time is reserved together; meanwhile the others wait.
 * While reservations fail (disk full) nothing is granted. State outlives a restart of the actor. Holds at most 1,000 requests.
 */
export function budget({ reserve, isHeld = () => true, ...options }: BudgetOptions): Factory<BudgetCommand> {
  const { source, time, report } = options;
  const account = createAccount(options);
  let waiting: Request[] = [];
  let grants: Grant[] = [];
  let paused = false;
  let reportQuota = createQuotaReports(source, report);
  let declared = options.limits.map(limitName);

  /** What was being reserved when the actor failed: durable or not, it counts as spent, and the requests come first again. */
  function recover(): void {
    for (const { charge } of grants) account.abandon(charge);
    account.dropReservation();
    waiting = [...grants.filter(grant => !grant.withdrawn).map(grant => grant.request), ...waiting];
    grants = [];
  }

  return context => {
    recover();
    let changes: readonly StateChange[] = [];
    let reserving = false;
    let failing = false;
    let retryMs = firstRetryMs;
    let timer: { unsubscribe(): void } | undefined;

    const append = (): void =>
      context.pipe(
        reserve(changes),
        () => ({ kind: 'reserved' }),
        error => ({ kind: 'reserve-failed', reason: error instanceof Error ? error.message : String(error) }),
      );

    function ask(request: Request): void {
      const { weight, replyTo } = request;
      const most = account.maxWeight;
      if (weight > most) replyTo({ kind: 'impossible', reason: `a call of ${weight} exceeds a limit of ${most}` });
      else if (waiting.length >= maxWaiting) replyTo({ kind: 'full', reason: `${maxWaiting} requests wait already` });
      else waiting.push(request);
    }

    function setLimits(limits: readonly Limit[]): void {
      account.setLimits(limits);
      const names = limits.map(limitName);
      report({ kind: 'limits-changed', source, limits: names, gone: declared.filter(name => !names.includes(name)) });
      declared = names;
      reportQuota = createQuotaReports(source, report);
      const all = waiting;
      waiting = [];
      for (const request of all) ask(request);
    }

    function withdraw(id: string): void {
      waiting = waiting.filter(request => request.id !== id);
      for (const grant of grants) if (grant.request.id === id) grant.withdrawn = true;
    }

    function grantAll(): void {
      const reserved = grants;
      grants = [];
      const back: Request[] = [];
      for (const { request, charge, withdrawn } of reserved) {
        // A refusal that arrived since the decision: whoever would call would be refused too.
        const held = paused || !isHeld() || account.stopped !== undefined || account.closed();
        if (!withdrawn && !held) {
          give(request, charge);
          continue;
        }
        account.cancel(charge);
        if (!withdrawn) back.push(request);
      }
      waiting = [...back, ...waiting];
    }

    function give(request: Request, charge: Charge): void {
      const waitedMs = time.monotonicMs() - request.askedMs;
      report({ kind: 'permit-granted', source, weight: request.weight, waitedMs });
      request.replyTo(permit(context, charge));
    }

    function permit({ self }: Context<BudgetCommand>, charge: Charge): Permit {
      return {
        kind: 'permit',
        weight: charge.weight,
        settled(verdict, hint) {
          const settlement = account.settle(charge, verdict, hint);
          self.tell({ kind: 'wake' });
          return settlement;
        },
        cancel() {
          account.cancel(charge);
          self.tell({ kind: 'wake' });
        },
      };
    }

    function rejectAll(reason: string): void {
      const all = waiting;
      waiting = [];
      for (const { replyTo } of all) replyTo({ kind: 'stopped', reason });
    }

    /** @returns ms until the first in line may be permitted */
    function decide(): number {
      if (account.stopped !== undefined) rejectAll(account.stopped);
      if (paused || failing) return Number.POSITIVE_INFINITY;
      if (!isHeld()) return waiting.length > 0 ? unheldMs : Number.POSITIVE_INFINITY;
      let waitMs = Number.POSITIVE_INFINITY;
      let next = 0;
      for (; next < waiting.length; next++) {
        const request = waiting[next]!;
        // What needs a reservation waits for the one under way, and the others wait behind it: permits are given in the order of the requests.
        const isCovered = grants.length === 0 && account.isCovered(request.weight);
        if (!isCovered && reserving) break;
        waitMs = account.waitMs(request.weight);
        if (waitMs > 0) break;
        const charge = account.reserve(request.weight);
        if (!isCovered) grants.push({ request, charge, withdrawn: false });
        else {
          account.cover(charge);
          give(request, charge);
        }
      }
      if (next > 0) waiting = waiting.slice(next);
      // Only for somebody who waits is more of it reserved: at the end of a round it would be for nobody.
      if (!reserving && (grants.length > 0 || (waiting.length > 0 && account.isLow()))) {
        reserving = true;
        changes = account.reservation(grants.map(({ charge }) => charge));
        append();
      }
      if (reserving) return Number.POSITIVE_INFINITY;
      return waiting.length > 0 ? Math.min(waitMs, longestSleepMs) : Number.POSITIVE_INFINITY;
    }

    /** What was reserved ahead and is not going to be used is given back. */
    function rest(): void {
      reserving = true;
      changes = account.rest();
      append();
    }

    function proceed(): void {
      timer?.unsubscribe();
      const waitMs = decide();
      if (!reserving && !failing && waitMs > restMs && account.isIdle) rest();
      const sleepMs = Math.ceil(
        Math.min(
          reserving ? Number.POSITIVE_INFINITY : waitMs,
          reportQuota(() => account.view().limits, time.monotonicMs()),
        ),
      );
      timer = Number.isFinite(sleepMs) ? context.after(sleepMs, { kind: 'wake' }) : undefined;
    }

    proceed();
    return {
      receive(command) {
        switch (command.kind) {
          case 'request':
            ask({ ...command, askedMs: time.monotonicMs() });
            break;
          case 'withdraw':
            withdraw(command.id);
            break;
          case 'pause':
            paused = true;
            report({ kind: 'source-paused', source, reason: command.reason, untilMs: noEndMs });
            break;
          case 'resume':
            if (paused) report({ kind: 'source-resumed', source });
            paused = false;
            break;
          case 'limits':
            setLimits(command.limits);
            break;
          case 'usage':
            command.replyTo({ ...account.view(), waiting: waiting.length + grants.length, paused });
            return;
          case 'reserved':
            retryMs = firstRetryMs;
            if (account.isStale()) {
              changes = account.renewal();
              append();
              return;
            }
            reserving = false;
            failing = false;
            account.reserved();
            grantAll();
            break;
          case 'reserve-failed':
            failing = true;
            report({ kind: 'append-failed', reason: command.reason, retryMs });
            context.after(retryMs, { kind: 'retry' });
            retryMs = Math.min(retryMs * 2, longestRetryMs);
            return;
          case 'retry':
            append();
            return;
          case 'wake':
            break;
        }
        proceed();
      },
    };
  };
}
