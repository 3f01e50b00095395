import { parentPort, workerData } from 'node:worker_threads';
import { tryBody } from './body.js';

export interface Range {
  readonly seed: number;
  /** Inclusive. */
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  /** Shared with the watching thread: one number, the body that is tried at the moment. */
  readonly current: Int32Array<SharedArrayBuffer>;
}

export type Said =
  | { readonly failed: number; readonly name: string; readonly fault: string }
  /** Bodies without a fault or with one, by kind of outcome. */
  | { readonly kinds: ReadonlyMap<string, number> };

/** Longer than any body of a few kilobytes may take. */
const maxMs = 500;

const { seed, first, end, current } = workerData as Range;
const say = (said: Said): void => parentPort!.postMessage(said);
const kinds = new Map<string, number>();
for (let body = first; body < end; body += 1) {
  current[0] = body;
  const { name, kind, fault } = tryBody(seed, body, maxMs);
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  if (fault !== undefined) say({ failed: body, name, fault });
}
say({ kinds });
