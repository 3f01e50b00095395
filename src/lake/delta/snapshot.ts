import type { Store } from '../store/store.js';
import {
  type Action,
  type Add,
  decodeActions,
  entryName,
  type MetaData,
  type Protocol,
  type Remove,
} from './action.js';

/** The table at a version. Version -1 is a table that does not exist yet. */
export interface Snapshot {
  readonly version: number;
  readonly protocol: Protocol | undefined;
  readonly metaData: MetaData | undefined;
  /** Live files by path. */
  readonly files: ReadonlyMap<string, Add>;
  /** Files that were live once, until a vacuum. */
  readonly removed: ReadonlyMap<string, Remove>;
  /** The last version of each application. */
  readonly txns: ReadonlyMap<string, number>;
}

/** A log that asks for more than is known here, or has no entry where it must have one. */
export class UnreadableTable extends Error {
  override name = 'UnreadableTable';
}

export const noTable: Snapshot = {
  version: -1,
  protocol: undefined,
  metaData: undefined,
  files: new Map(),
  removed: new Map(),
  txns: new Map(),
};

function apply(snapshot: Snapshot, entries: readonly (readonly Action[])[]): Snapshot {
  let { protocol, metaData } = snapshot;
  const files = new Map(snapshot.files);
  const removed = new Map(snapshot.removed);
  const txns = new Map(snapshot.txns);
  for (const action of entries.flat()) {
    if (action.protocol) protocol = action.protocol;
    if (action.metaData) metaData = action.metaData;
    if (action.remove) {
      files.delete(action.remove.path);
      removed.set(action.remove.path, action.remove);
    }
    if (action.add) {
      files.set(action.add.path, action.add);
      removed.delete(action.add.path);
    }
    if (action.txn) txns.set(action.txn.appId, action.txn.version);
  }
  // Deletion vectors and renamed columns begin above these: rows would be shown that are deleted.
  if (protocol && (protocol.minReaderVersion > 1 || protocol.minWriterVersion > 2))
    throw new UnreadableTable(
      `The table asks for reader ${protocol.minReaderVersion} and writer ${protocol.minWriterVersion}; 1 and 2 are known here.`,
    );
  return { version: snapshot.version + entries.length, protocol, metaData, files, removed, txns };
}

/** The newest snapshot, from one that may be older. Reads each entry between them once. */
export async function newest(store: Store, from: Snapshot = noTable): Promise<Snapshot> {
  const entries: Action[][] = [];
  for (;;) {
    const bytes = await store.read(entryName(from.version + entries.length + 1));
    if (bytes === undefined) break;
    entries.push(decodeActions(bytes));
  }
  if (entries.length > 0) return apply(from, entries);
  // Taking a log without its beginning for an absent table would write a second table into the first.
  if (from.version === -1 && (await store.list('_delta_log')).some(name => /\/\d{20}\./.test(name)))
    throw new UnreadableTable('The log of the table has no entry 0.');
  return from;
}
