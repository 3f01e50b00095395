import { catchError, defer, finalize, from, mergeMap, Observable, of, race, switchMap, take, timer } from 'rxjs';
import type { ActorRef } from '../actors/actor.js';
import { type HttpEdge, HttpFailure } from '../http/edge.js';
import type { BudgetCommand, BudgetView, Permit, PermitReply } from '../schedule/budget.js';
import type { ListingOutcome, SourceOptions, Vendor } from '../sources/source.js';
import type { Time } from '../streams/time.js';
import type { CommitStage } from './commit-stage.js';
import { mayHaveReachedVendor } from './fetch.js';
import { reasonToGiveUp } from './round.js';

export interface ListingParts {
  /** Of the request for a permit; a list has one look at a time. */
  readonly id: string;
  readonly vendor: Vendor;
  readonly options: SourceOptions;
  readonly edge: HttpEdge;
  readonly permits: ActorRef<BudgetCommand>;
  /** Of the source, so that the settlement goes the way of its polls. */
  readonly stage: CommitStage;
  /** A round: what is spent or refused is not waited for. */
  readonly once: boolean;
  readonly time: Time;
}

const usageMs = 1_000;

/**
 * One look at a vendor's listing, under the source's own quota like any other call. Emits one outcome; never errors for what wire or vendor do.
 * Unsubscribing ends the call; its quota stays counted.
 */
export function fetchListing({
  id,
  vendor,
  options,
  edge,
  permits,
  stage,
  once,
  time,
}: ListingParts): Observable<ListingOutcome> {
  const { listing } = vendor;
  if (listing === undefined) return of({ kind: 'malformed', detail: `${vendor.title} has no listing` });
  const permit = new Observable<PermitReply>(caller => {
    const replyTo = (reply: PermitReply): void => {
      caller.next(reply);
      caller.complete();
    };
    if (!permits.tell({ kind: 'request', id, weight: listing.weight, replyTo })) caller.complete();
    return () => void permits.tell({ kind: 'withdraw', id });
  });
  const usage = new Observable<BudgetView>(caller => {
    const replyTo = (view: BudgetView): void => {
      caller.next(view);
      caller.complete();
    };
    permits.tell({ kind: 'usage', replyTo });
  });
  const spent = timer(usageMs, usageMs, time).pipe(
    switchMap(() => usage),
    mergeMap((view): PermitReply[] => {
      const reason = reasonToGiveUp(view, time.now());
      return reason === undefined ? [] : [{ kind: 'stopped', reason }];
    }),
    take(1),
  );
  const call = (granted: Permit): Observable<ListingOutcome> => {
    const ended = new AbortController();
    return defer(() => from(edge(listing.request(options), ended.signal))).pipe(
      finalize(() => ended.abort()),
      mergeMap(answer => {
        const outcome = listing.parse(answer, options);
        return settle(granted, outcome);
      }),
      catchError((error: unknown) => {
        if (!(error instanceof HttpFailure)) throw error;
        const outcome: ListingOutcome = { kind: 'unavailable', detail: `${error.code}: ${error.message}` };
        if (mayHaveReachedVendor(error)) return settle(granted, outcome);
        granted.cancel();
        return of(outcome);
      }),
    );
  };
  const settle = (granted: Permit, outcome: ListingOutcome): Observable<ListingOutcome> => {
    const state = granted.settled(outcome.kind === 'listing' ? { kind: 'records' } : outcome);
    return new Observable(caller =>
      stage.commit({ records: [], state, events: [] }, () => {
        caller.next(outcome);
        caller.complete();
      }),
    );
  };
  return (once ? race(permit, spent) : permit).pipe(
    mergeMap(reply =>
      reply.kind === 'permit' ? call(reply) : of<ListingOutcome>({ kind: 'unavailable', detail: reply.reason }),
    ),
  );
}
