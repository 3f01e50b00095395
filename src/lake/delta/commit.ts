import type { Store } from '../store/store.js';
import { type Action, encodeActions, entryName } from './action.js';
import { newest, type Snapshot } from './snapshot.js';

/** What to write on top of a snapshot; undefined where it holds already all there is to say. */
export type Decide = (snapshot: Snapshot) => readonly Action[] | undefined | Promise<readonly Action[] | undefined>;

/**
 * One more version of a table, or none. `decide` is asked again on the newer snapshot after each lost race, so that it
 * meets the `txn` and the files of whoever won: each lost race is a commit of another, so this ends.
 * Throws what the store throws; then the entry may be there, and asking again finds it by its `txn`.
 */
export async function commit(store: Store, known: Snapshot, decide: Decide): Promise<Snapshot> {
  let snapshot = known;
  for (;;) {
    snapshot = await newest(store, snapshot);
    const actions = await decide(snapshot);
    if (actions === undefined) return snapshot;
    if (await store.putIfAbsent(entryName(snapshot.version + 1), encodeActions(actions)))
      return newest(store, snapshot);
  }
}
