import {
  auditTime,
  catchError,
  defer,
  distinctUntilChanged,
  exhaustMap,
  filter,
  map,
  merge,
  type Observable,
  of,
  repeat,
  take,
  timer,
} from 'rxjs';
import type { Time } from '../streams/time.js';
import { refused, type Snapshot } from './snapshot.js';

/** One file as the watch sees it. */
export interface ListFile {
  /** Text that changes whenever the content may have; undefined where there is no file. Rejects where there is one that cannot be used. */
  mark(): Promise<string | undefined>;
  read(): Promise<Uint8Array>;
  /** Speaks when something may have changed; may speak too often, or never. */
  readonly hints: Observable<unknown>;
}

/** Hints are not given on every file system, and some get lost. */
const rescanMs = 5000;
/** A file that did not change for so long is taken for written. */
const settleMs = 200;

type Look = { readonly unchanged: true } | { readonly unchanged: false; readonly snapshot: Snapshot };

/**
 * The list in a file: at once, and whenever it changes, seen by a hint or by a look every 5 s. It is read only when its mark changed and
 * then stayed the same for 200 ms and over the reading, so a half-written file is not taken for the list.
 * A missing or unusable file is a failed snapshot, said once. Holds one file's content; never ends. Unsubscribing stops looking.
 */
export function watchListFile(file: ListFile, parse: (body: Uint8Array) => Snapshot, time: Time): Observable<Snapshot> {
  return defer(() => {
    let known: string | undefined | null = null;
    const look = (): Observable<Look> => {
      let candidate: string | undefined | null = null;
      const attempt = defer(async (): Promise<Look | undefined> => {
        const mark = await file.mark();
        if (mark === known) return { unchanged: true };
        if (mark !== candidate) {
          candidate = mark;
          return undefined;
        }
        const body = mark === undefined ? undefined : await file.read();
        if ((await file.mark()) !== mark) return undefined;
        known = mark;
        return { unchanged: false, snapshot: body ? parse(body) : refused('there is no such file') };
      });
      return attempt.pipe(
        repeat({ delay: () => timer(settleMs, time) }),
        filter(seen => seen !== undefined),
        take(1),
        catchError((error: unknown) => {
          known = null;
          return of({ unchanged: false as const, snapshot: refused(reasonOf(error)) });
        }),
      );
    };
    return merge(timer(0, rescanMs, time), file.hints.pipe(auditTime(settleMs, time))).pipe(
      exhaustMap(look),
      filter(seen => !seen.unchanged),
      map(seen => seen.snapshot),
      distinctUntilChanged((a, b) => !a.ok && !b.ok && a.reason === b.reason),
    );
  });
}

/** What to say of a file that cannot be looked at; never its content. */
export const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? message : `it cannot be read (${code})`;
};
