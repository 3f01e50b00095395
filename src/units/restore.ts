import type { Cluster } from '../log/kafka/cluster.js';
import type { Log, StateChange } from '../log/log.js';
import { decodeEntry } from './mirror.js';
import { readAll } from './read-all.js';

/** What Kafka knows of a unit: the newest owner's word on each key. */
interface Loaded {
  readonly values: ReadonlyMap<string, Uint8Array>;
  /** Under which epochs a key lies there. */
  readonly inherited: Map<string, readonly number[]>;
}

const chunkBytes = 8 << 20;
const ownedKey = (unit: string): string => `unit/${unit}`;

/** The epoch under which this log is the unit's newest state; undefined when it never was, or loading it was cut off. */
export function ownedEpoch(log: Pick<Log, 'get'>, unit: string): number | undefined {
  const value = log.get(ownedKey(unit));
  return value === undefined ? undefined : Number(Buffer.from(value).toString());
}

/** Holds the unit's state once. @throws KafkaFailure */
async function loadUnit(
  cluster: Pick<Cluster, 'ends' | 'read'>,
  at: { readonly topic: string; readonly partition: number; readonly unit: string },
): Promise<Loaded> {
  const newest = new Map<string, { readonly epoch: number; readonly value: Uint8Array | undefined }>();
  const epochs = new Map<string, Set<number>>();
  for await (const { key, value } of readAll(cluster, at.topic, at.partition)) {
    if (!key.startsWith(`${at.unit}@`)) continue;
    const entry = decodeEntry(key, value);
    if (entry === undefined || entry.unit !== at.unit) continue;
    const { epoch } = entry;
    if (epoch >= (newest.get(entry.key)?.epoch ?? 0)) newest.set(entry.key, { epoch, value: entry.value });
    const of = epochs.get(entry.key) ?? new Set();
    if (entry.value === undefined) of.delete(epoch);
    else of.add(epoch);
    epochs.set(entry.key, of);
  }
  return {
    values: new Map([...newest].flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value] as const]))),
    inherited: new Map([...epochs].flatMap(([key, of]) => (of.size === 0 ? [] : [[key, [...of]] as const]))),
  };
}

/**
 * Makes the log's state of a unit that which its last owner shipped. What only this log knows of a series stays, because its records are still to be shipped
 * from here; of the quota nothing stays that the last owner did not know. The log is not the owner's before `own`.
 * @param quota keys of its quota in this log
 * @returns the epochs that `mirroredLog` wants
 * @throws KafkaFailure, LogFailure
 */
export async function restoreUnit(
  log: Log,
  cluster: Pick<Cluster, 'ends' | 'read'>,
  at: { readonly topic: string; readonly partition: number; readonly unit: string },
  quota: readonly string[],
): Promise<Map<string, readonly number[]>> {
  const { values, inherited } = await loadUnit(cluster, at);
  let chunk: StateChange[] = [[ownedKey(at.unit), undefined]];
  let bytes = 0;
  const write = async (): Promise<void> => {
    const state = chunk;
    [chunk, bytes] = [[], 0];
    await log.append({ batches: [], state });
  };
  for (const key of quota) if (!values.has(key)) chunk.push([key, undefined]);
  for (const [key, value] of values) {
    chunk.push([key, value]);
    bytes += value.length;
    if (bytes > chunkBytes) await write();
  }
  await write();
  return inherited;
}

/** From here on the log is the unit's newest state. @param mirrored that of the unit, so that the next owner learns of `state`, too */
export async function own(
  mirrored: Log,
  { unit, epoch }: { readonly unit: string; readonly epoch: number },
  state: readonly StateChange[],
): Promise<void> {
  await mirrored.append({ batches: [], state: [...state, [ownedKey(unit), Buffer.from(String(epoch))]] });
}
