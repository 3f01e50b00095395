import { type HttpAnswer, type HttpEdge, HttpFailure } from '../http/edge.js';
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

const neverSent: ReadonlySet<string> = new Set(['dns', 'connect', 'tls', 'refused-host', 'not-held']);

/** Whether the vendor may have seen a call that failed so: only one that it cannot have seen gives its quota back. */
export const mayHaveReachedVendor = ({ code }: HttpFailure): boolean => !neverSent.has(code);

/** An edge that makes no call while the source may be polled by another instance: this process may have stood still since the permit. */
export const heldEdge =
  (edge: HttpEdge, isHeld: () => boolean): HttpEdge =>
  (request, signal) =>
    isHeld()
      ? edge(request, signal)
      : Promise.reject(new HttpFailure('not-held', 'another instance may poll this source by now'));

/** Work → call → outcome. Never rejects for anything that the wire or the vendor does. */
export function fetchWork(
  edge: HttpEdge,
  vendor: Vendor,
  options: SourceOptions,
): (work: Work, signal: AbortSignal) => Promise<Answered> {
  return async (work, signal) => {
    try {
      const answer = await edge(vendor.request(work, options), signal);
      const outcome = vendor.parse(work, answer, options);
      return { outcome, reachedVendor: true, bytes: answer.body.length, answer };
    } catch (error) {
      if (error instanceof HttpFailure) return failed(error);
      throw error;
    }
  };
}

function failed(failure: HttpFailure): Answered {
  const { code, message } = failure;
  const detail = `${code}: ${message}`;
  const outcome: Outcome =
    code === 'too-large' || code === 'coding' ? { kind: 'malformed', detail } : { kind: 'unavailable', detail };
  return { outcome, reachedVendor: mayHaveReachedVendor(failure), bytes: 0 };
}
