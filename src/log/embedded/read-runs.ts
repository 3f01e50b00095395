import type { ReadAt } from './meta-page.js';

/** A read takes at most this many pages, and goes on over a gap of fewer than `gapPages`, because a call costs more than they do. */
const runPages = 256;
const gapPages = 8;

/**
 * Hands each place its page, reading neighbours together.
 * @param places in the order of the file
 * @param use gets a view that the next read overwrites
 */
export function readRuns<P extends { readonly pgno: number }>(
  places: readonly P[],
  pageSize: number,
  read: ReadAt,
  use: (page: Buffer, place: P) => void,
): void {
  const window = Buffer.allocUnsafeSlow(runPages * pageSize);
  for (let first = 0; first < places.length; ) {
    const start = places[first]!.pgno;
    let end = first;
    while (
      end + 1 < places.length &&
      places[end + 1]!.pgno - places[end]!.pgno <= gapPages &&
      places[end + 1]!.pgno - start < runPages
    )
      end++;
    const run = window.subarray(0, (places[end]!.pgno - start + 1) * pageSize);
    read(run, start * pageSize);
    for (; first <= end; first++) {
      const at = (places[first]!.pgno - start) * pageSize;
      use(run.subarray(at, at + pageSize), places[first]!);
    }
  }
}
