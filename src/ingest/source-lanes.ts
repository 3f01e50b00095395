import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  mergeMap,
  Observable,
  TimeoutError,
  takeUntil,
  throwError,
  timeout,
} from 'rxjs';
import type { ActorRef } from '../actors/actor.js';
import { pullMap } from '../streams/pull-map.js';
import type { Time } from '../streams/time.js';
import type { CommitStage } from './commit-stage.js';
import type { FeedOwnerCommand, Item } from './feed-owner.js';
import type { Answered, fetchWork } from './fetch.js';
import type { Settlement } from './settle.js';

export interface LaneParts {
  readonly owner: ActorRef<FeedOwnerCommand>;
  readonly fetch: ReturnType<typeof fetchWork>;
  readonly stage: CommitStage;
  readonly lanes: number;
  /** Ends calls that are under way: their outcome is lost, their quota counts as spent. */
  readonly abort: Observable<unknown>;
  readonly time: Time;
}

/** An owner that threw on an answer is restarted without it; the lane must not wait for a reply that never comes. */
const replyDeadlineMs = 30_000;

/**
 * The lanes of one source: pull → fetch → settle → commit → acknowledge, then pull again. At most `lanes` items are anywhere between
 * pull and acknowledgement; nothing is queued. Emits nothing; completes when the owner has no more items and the last is acknowledged.
 */
export function sourceLanes({ owner, fetch, stage, lanes, abort, time }: LaneParts): Observable<never> {
  const pull = (): Observable<Item> =>
    new Observable(lane => {
      const replyTo = (item: Item | undefined): void => {
        if (item !== undefined) lane.next(item);
        lane.complete();
      };
      if (!owner.tell({ kind: 'pull', replyTo })) lane.complete();
      return () => void owner.tell({ kind: 'withdraw', replyTo });
    });

  const settle = (item: Item, answered: Answered): Observable<Settlement> =>
    new Observable<Settlement>(lane => {
      const replyTo = (settlement: Settlement): void => {
        lane.next(settlement);
        lane.complete();
      };
      if (!owner.tell({ kind: 'answered', item, answered, replyTo })) lane.complete();
    }).pipe(timeout({ first: replyDeadlineMs, scheduler: time }));

  const work = (item: Item): Observable<never> =>
    fetch(item.work).pipe(
      takeUntil(abort),
      mergeMap(answered => settle(item, answered)),
      mergeMap(settlement =>
        concat(
          stage.commit(settlement),
          defer(() => {
            owner.tell({ kind: 'committed', item, settlement });
            return EMPTY;
          }),
        ),
      ),
      catchError((error: unknown) => {
        if (!(error instanceof TimeoutError)) return throwError(() => error);
        owner.tell({ kind: 'abandoned', item });
        return EMPTY;
      }),
    );

  return pullMap(pull, work, { concurrency: lanes }).pipe(finalize(() => stage.close()));
}
