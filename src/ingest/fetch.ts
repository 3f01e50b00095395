import { catchError, defer, finalize, from, map, type Observable, tap, throwError } from 'rxjs';
import type { HttpAnswer, HttpEdge } from '../http/edge.js';
import { HttpFailure } from '../http/edge.js';
import type { Outcome } from '../sources/outcome.js';
import type { SourceOptions, Vendor, Work } from '../sources/source.js';

/** One call, answered or not. */
export interface Answered {
  readonly outcome: Outcome;
  /** False when the vendor cannot have seen the call (no address, no connection): its quota was not touched. */
  readonly reachedVendor: boolean;
  readonly bytes: number;
  readonly answer?: HttpAnswer;
}

const neverSent: ReadonlySet<string> = new Set(['dns', 'connect', 'tls', 'refused-host']);

/** Work → call → outcome. Emits once and never errors for anything that the wire or the vendor does. Unsubscribing aborts the call. */
export function fetchWork(
  edge: HttpEdge,
  vendor: Vendor,
  options: SourceOptions,
): (work: Work) => Observable<Answered> {
  return work =>
    defer(() => {
      const aborter = new AbortController();
      let answered = false;
      return from(edge(vendor.request(work, options), aborter.signal)).pipe(
        tap({
          next: () => {
            answered = true;
          },
        }),
        map(answer => ({
          outcome: vendor.parse(work, answer, options),
          reachedVendor: true,
          bytes: answer.body.length,
          answer,
        })),
        catchError((error: unknown) => (error instanceof HttpFailure ? [failed(error)] : throwError(() => error))),
        // Aborting costs an exception with its stack: only where there is something to end.
        finalize(() => {
          if (!answered) aborter.abort();
        }),
      );
    });
}

function failed({ code, message }: HttpFailure): Answered {
  const detail = `${code}: ${message}`;
  const outcome: Outcome =
    code === 'too-large' || code === 'coding' ? { kind: 'malformed', detail } : { kind: 'unavailable', detail };
  return { outcome, reachedVendor: !neverSent.has(code), bytes: 0 };
}
