import { defer, EMPTY, type Observable, shareReplay } from 'rxjs';
import type { Cluster } from '../log/kafka/cluster.js';
import type { Time } from '../streams/time.js';
import { followList } from './follow-list.js';
import { partitionOfUnit, type Unit, unitOfList } from './unit.js';

/** The lists that units of this instance follow: each is looked at once, for all of them. */
export function createFollowers(parts: {
  readonly cluster: Pick<Cluster, 'ends' | 'read'>;
  readonly units: readonly Unit[];
  readonly cursors: { readonly topic: string; readonly partitions: number };
  readonly time: Time;
}): (list: string) => Observable<readonly string[]> {
  const { cluster, units, cursors, time } = parts;
  const known = new Map<string, Observable<readonly string[]>>();
  return list => {
    const unit = unitOfList(units, list)?.name;
    if (unit === undefined) return EMPTY;
    const at = { list, unit, topic: cursors.topic, partition: partitionOfUnit(unit, cursors.partitions) };
    const symbols =
      known.get(list) ?? followList(cluster, at, time).pipe(shareReplay({ bufferSize: 1, refCount: true }));
    known.set(list, symbols);
    return defer(() => symbols);
  };
}
