import { statSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { LogFailure } from '../log.js';
import { createProbe, flushFile } from './disk-file.js';
import { logFailure } from './failure.js';
import { fenceKey } from './keys.js';

/** One change of the database; `undefined` removes. */
export type Change = readonly [key: Buffer, value: Buffer | undefined];

export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

export interface Range {
  readonly start: Buffer;
  readonly end: Buffer;
  readonly limit?: number;
  readonly reverse?: boolean;
}

/** lmdb, with its failures mapped to ours and with only what the log needs. */
export interface Environment {
  get(key: Buffer): Buffer | undefined;
  /** Entries with `start <= key < end` in key order, or backwards from `start` down to above `end`. Copies; to be used without awaiting in between. */
  entries(range: Range): Iterable<Entry>;
  /** The keys alone, which spares the copy of a large value. */
  keys(range: Range): Buffer[];
  /**
   * All changes in one transaction, flushed when it resolves. One at a time.
   * @param fence the transaction happens only while the fence has this value; undefined: always
   * @throws LogFailure, nothing of it visible
   */
  commit(changes: readonly Change[], fence: number | undefined): Promise<void>;
  /** Bytes of live pages: free pages inside the file do not count, nor does what the file may grow. */
  liveBytes(): number;
  fileBytes(): number;
  /** The device on which the file lies that is open for writing; undefined after a failure, until it is opened anew. */
  device(): number | undefined;
  /** Makes commits of other processes visible to the next read. */
  refresh(): void;
  /** After it everything else is refused as `closed`. */
  close(): Promise<void>;
}

export const dataFile = (path: string): string => join(path, 'data.mdb');

/**
 * After a commit that failed the environment is opened anew from the disk: lmdb refuses all further work (MDB_PANIC), or its list of free pages in memory is ahead
 * of the disk. Nothing acknowledged is at stake then: lmdb writes no page that the newest flushed state needs. While the disk takes no writes, reads go on.
 * @throws LogFailure
 */
export function openEnvironment(path: string, options: { mapSize: number; readOnly: boolean }): Environment {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw logFailure(error, path);
    }
  };
  const openDatabase = (readOnly: boolean): RootDatabase<Buffer, Buffer> =>
    attempt(() =>
      open<Buffer, Buffer>({
        path,
        mapSize: options.mapSize,
        readOnly,
        keyEncoding: 'binary',
        encoding: 'binary',
        // With overlapping syncs a commit is visible before it is flushed. Without, lmdb's own order holds: pages, fdatasync, meta page with O_DSYNC, visible.
        overlappingSync: false,
        ...({ permissionsMode: 0o600 } as object),
      }),
    );
  let db: RootDatabase<Buffer, Buffer> | undefined = openDatabase(options.readOnly);
  let device = statSync(dataFile(path)).dev;
  let isWritable = !options.readOnly;
  let hasFailed = false;
  let isClosing = false;
  let isClosed = false;
  const probe = options.readOnly ? undefined : createProbe(path);

  /** lmdb takes a meta page back that could not be flushed, but only in memory: on the disk it might still come, and name pages that were used anew meanwhile. */
  const flushTakenBack = (): void => {
    if (hasFailed) attempt(() => flushFile(dataFile(path)));
    hasFailed = false;
  };
  const reopen = (): RootDatabase<Buffer, Buffer> => {
    flushTakenBack();
    const store = openDatabase(options.readOnly);
    device = statSync(dataFile(path)).dev;
    return store;
  };
  /** Nobody would close what a late reader opened: the next process to open the log would be locked out, or a log that was removed begun anew. */
  const refuseIfClosed = (): void => {
    if (isClosed) throw new LogFailure('closed', `the log in ${path} is closed`);
  };
  const readable = (): RootDatabase<Buffer, Buffer> => {
    if (db !== undefined) return db;
    refuseIfClosed();
    // lmdb-js would hand out the same environment again.
    if (isClosing) throw new LogFailure('disk', `${path}: the log is being opened anew after a failure`);
    try {
      db = reopen();
      isWritable = true;
    } catch {
      db = openDatabase(true);
    }
    return db;
  };
  const writable = async (): Promise<RootDatabase<Buffer, Buffer>> => {
    if (db === undefined || !isWritable) {
      await drop(db);
      refuseIfClosed();
      db = reopen();
      isWritable = true;
    }
    return db;
  };
  const drop = async (store: RootDatabase<Buffer, Buffer> | undefined): Promise<void> => {
    db = undefined;
    isClosing = true;
    isWritable = false;
    await store?.close().catch(() => undefined);
    isClosing = false;
  };

  return {
    get: key => attempt(() => readable().getBinary(key)),
    *entries(range) {
      try {
        yield* readable().getRange(range);
      } catch (error) {
        throw logFailure(error, path);
      }
    },
    keys: range => attempt(() => [...readable().getKeys(range)]),
    async commit(changes, fence) {
      refuseIfClosed();
      try {
        probe?.write();
      } catch (error) {
        // What is full can be written on once there is room; all else has to let go of the disk, which may come back as another one.
        if (isWritable && !isFull(error)) await drop(db);
        throw logFailure(error, path);
      }
      const store = await writable();
      const apply = (): void => {
        // Within one batch lmdb-js answers for the batch as a whole; the single answers carry nothing.
        for (const [key, value] of changes) void (value ? store.put(key, value) : store.remove(key));
      };
      let done: boolean;
      try {
        done = fence === undefined ? await store.batch(apply) : await store.ifVersion(fenceKey, fence, apply);
      } catch (error) {
        const cause = await causeOf(error);
        hasFailed = true;
        await drop(store);
        try {
          flushTakenBack();
        } catch {
          // Before the next commit it is tried again.
        }
        throw logFailure(cause, path);
      }
      if (!done) throw new LogFailure('locked', `another process has taken over the log in ${path}`);
    },
    liveBytes() {
      const { pageSize, free, ...root } = attempt(() => readable().getStats() as Stats);
      return (pagesOf(root) + pagesOf(free) + 2) * pageSize;
    },
    fileBytes() {
      const { pageSize, lastPageNumber } = attempt(() => readable().getStats() as Stats);
      return (lastPageNumber + 1) * pageSize;
    },
    device: () => (db !== undefined && isWritable ? device : undefined),
    refresh: () => attempt(() => readable().resetReadTxn()),
    async close() {
      const store = db;
      db = undefined;
      isClosed = true;
      probe?.close();
      await store?.close();
    },
  };
}

interface Tree {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

interface Stats extends Tree {
  readonly pageSize: number;
  readonly lastPageNumber: number;
  readonly free: Tree;
}

const pagesOf = (tree: Tree): number => tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;

const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');

/** lmdb-js rejects with a general error first and gives the reason in a promise of its own. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<never> };
  return commitError === undefined ? error : await commitError.catch((cause: unknown) => cause);
}
