import type { Time } from '../../streams/time.js';
import { type Found, type Scan, scanFiles } from './scan.js';

export interface Inbox {
  /** The next file that is whole; undefined where there is none at this time. Each is given once, until it is `released` or changed. */
  next(): Promise<Found | undefined>;
  /** It was not taken, and may be again. */
  release(name: string): void;
  /** Files that lie there and are not whole or not given yet, and what is never taken, by the last look. */
  readonly waiting: number;
  readonly refused: Scan['refused'];
  /** Names that nobody wants. */
  readonly strangers: readonly string[];
  /** A look finds nothing that could still become whole. */
  isEmpty(): Promise<boolean>;
}

export interface InboxOptions {
  readonly path: string;
  /** A file that did not change for so long is whole. */
  readonly stableMs: number;
  readonly isWanted: (name: string) => boolean;
  readonly time: Time;
}

/** Files in the inbox, oldest name first. A look at the directory is the truth; it is made when nothing of the last one is left. */
export function createInbox({ path, stableMs, isWanted, time }: InboxOptions): Inbox {
  const seen = new Map<string, { readonly mark: string; readonly sinceMs: number }>();
  const given = new Map<string, string>();
  let ready: Found[] = [];
  let last: Scan = { files: [], refused: [] };

  /** Unchanged by our own watch, or by its own stamps where clocks agree. */
  const isWhole = ({ name, mark, changedMs }: Found): boolean => {
    const known = seen.get(name);
    if (known?.mark !== mark) seen.set(name, { mark, sinceMs: time.monotonicMs() });
    const watchedMs = known?.mark === mark ? time.monotonicMs() - known.sinceMs : 0;
    const ageMs = time.now() - changedMs;
    return watchedMs >= stableMs || ageMs >= stableMs;
  };

  async function look(): Promise<void> {
    last = await scanFiles(path);
    const there = new Set(last.files.map(({ name }) => name));
    for (const known of [seen, given]) for (const name of known.keys()) if (!there.has(name)) known.delete(name);
    ready = last.files.filter(file => isWanted(file.name) && given.get(file.name) !== file.mark && isWhole(file));
  }

  return {
    async next() {
      if (ready.length === 0) await look();
      const file = ready.shift();
      if (file) given.set(file.name, file.mark);
      return file;
    },
    release: name => void given.delete(name),
    get waiting() {
      return last.files.filter(({ name }) => isWanted(name) && !given.has(name)).length;
    },
    get refused() {
      return last.refused;
    },
    get strangers() {
      return last.files.filter(({ name }) => !isWanted(name)).map(({ name }) => name);
    },
    async isEmpty() {
      await look();
      return last.files.every(({ name }) => !isWanted(name));
    },
  };
}
