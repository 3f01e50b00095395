import {
  catchError,
  defaultIfEmpty,
  defer,
  type Observable,
  type ObservableInput,
  of,
  repeat,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs';
import { HttpFailure } from '../http/edge.js';
import type { Random, Time } from '../streams/time.js';
import { refused, type Snapshot } from './snapshot.js';

export interface PollOptions {
  readonly refreshMs: number;
  readonly time: Time;
  readonly random: Random;
  /** Epoch ms of the last good look, if there was one: the first look then waits until it is due, so that restarts cost no quota. */
  readonly confirmedAtMs: number | undefined;
}

const minBackoffMs = 30_000;
const dayMs = 86_400_000;

/**
 * Looks at a list's origin again and again, never twice at once: after a good look in `refreshMs`, after a failed one with doubling
 * back-off from 30 s up to `refreshMs` (spread by half), but not before the origin's own Retry-After (a day at most).
 * Emits every look's snapshot and never ends; a look that errors is a failed one. Holds nothing but the count of failures.
 * Unsubscribing ends the look under way.
 */
export function pollList(look: () => ObservableInput<Snapshot>, options: PollOptions): Observable<Snapshot> {
  const { refreshMs, time, random, confirmedAtMs } = options;
  return defer(() => {
    let failures = 0;
    let waitMs = refreshMs;
    const settle = (snapshot: Snapshot) => {
      failures = snapshot.ok ? 0 : failures + 1;
      const backoffMs = minBackoffMs * 2 ** Math.min(failures - 1, 20) * (1 + random() / 2);
      const askedMs = snapshot.ok ? 0 : Math.min(snapshot.retryAfterMs ?? 0, dayMs);
      waitMs = snapshot.ok ? refreshMs : Math.max(Math.min(backoffMs, refreshMs), askedMs);
    };
    const once = defer(look).pipe(
      take(1),
      defaultIfEmpty(refused('it gave no answer')),
      // The text of any other error may hold a URL with its query.
      catchError((error: unknown) => of(refused(error instanceof HttpFailure ? error.message : 'it failed'))),
      tap(settle),
    );
    const forever = once.pipe(repeat({ delay: () => timer(waitMs, time) }));
    const sinceMs = confirmedAtMs === undefined ? refreshMs : time.now() - confirmedAtMs;
    // A stamp from the future tells of a wrong clock: at most one refresh is waited for.
    const firstMs = Math.min(Math.max(refreshMs - sinceMs, 0), refreshMs);
    return firstMs === 0 ? forever : timer(firstMs, time).pipe(switchMap(() => forever));
  });
}
