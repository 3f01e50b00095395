import {
  catchError,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  from,
  map,
  type Observable,
  repeat,
  timer,
} from 'rxjs';
import type { Cluster } from '../log/kafka/cluster.js';
import { KafkaFailure } from '../log/kafka/kafka-failure.js';
import type { Time } from '../streams/time.js';
import { decodeStoredList, listStateKey } from '../symbols/stored-list.js';
import { decodeEntry } from './mirror.js';

export interface FollowedList {
  readonly list: string;
  /** Which writes it, and where its state lies. */
  readonly unit: string;
  readonly topic: string;
  readonly partition: number;
}

const lookEveryMs = 2_000;
const readBytes = 1 << 20;

/**
 * The symbols of a list that another unit writes, as its owner ships them: at once where there are any, then every change. What the newest epoch says holds.
 * Never errors: while Kafka is away the last ones stay.
 */
export function followList(
  cluster: Pick<Cluster, 'ends' | 'read'>,
  { list, unit, topic, partition }: FollowedList,
  time: Time,
): Observable<readonly string[]> {
  return defer(() => {
    let next = 0;
    let epoch = 0;
    let symbols: readonly string[] | undefined;
    const look = async (): Promise<readonly string[] | undefined> => {
      for (;;) {
        const page = await cluster.read(topic, partition, next, readBytes);
        for (const { key, value } of page) {
          const entry = key.startsWith(`${unit}@`) ? decodeEntry(key, value) : undefined;
          if (entry?.key !== listStateKey(list) || entry.unit !== unit || entry.epoch < epoch) continue;
          const stored = decodeStoredList(entry.value);
          if (stored === undefined) continue;
          ({ epoch } = entry);
          symbols = stored.symbols.map(one => one.symbol);
        }
        const last = page.at(-1);
        if (last === undefined) return symbols;
        next = last.offset + 1;
      }
    };
    return defer(() => from(look())).pipe(
      catchError((error: unknown) => {
        if (!(error instanceof KafkaFailure)) throw error;
        return EMPTY;
      }),
      repeat({ delay: () => timer(lookEveryMs, time) }),
      filter(found => found !== undefined),
      map(found => found),
      distinctUntilChanged(),
    );
  });
}
