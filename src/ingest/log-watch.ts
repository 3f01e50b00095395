import { catchError, EMPTY, exhaustMap, from, ignoreElements, interval, type Observable, throwError } from 'rxjs';
import { isFinal, type Log } from '../log/log.js';
import type { Time } from '../streams/time.js';

const everyMs = 30_000;

/** Commits nothing now and then: an instance that waits for Monday's session learns that its log is gone before it needs it. Never emits; errors with what no retry mends. */
export const logWatch = (log: Log, time: Time): Observable<never> =>
  interval(everyMs, time).pipe(
    exhaustMap(() =>
      from(log.append({ batches: [] })).pipe(
        catchError((error: unknown) => (isFinal(error) ? throwError(() => error) : EMPTY)),
      ),
    ),
    ignoreElements(),
  );
