import { gunzipSync, gzipSync } from 'node:zlib';
import type { Log, StateChange } from '../log/log.js';
import { createWriter, mergePrepared, type OutgoingRecord, type PreparedRecords } from '../log/writer.js';

/** One entry of a unit's state as it lies in the topic of cursors. */
export interface MirroredEntry {
  readonly unit: string;
  readonly epoch: number;
  /** Of the log's state: `cursor/…`, `series/…`, `charge/…`. */
  readonly key: string;
  /** undefined: deleted by that owner. */
  readonly value: Uint8Array | undefined;
}

/** Larger ones are packed: Kafka takes a million bytes, and a list of a whole market has more. */
const plainBytes = 128 * 1024;

/** The numbers that a writer has reached count for one epoch and log, and what a log owns is true of that log. */
const isLocal = (key: string): boolean => key.startsWith('seq/') || key.startsWith('unit/');

const mirrorKey = (unit: string, epoch: number, key: string): string => `${unit}@${epoch}/${key}`;

/**
 * A log whose commits carry the state that they change as records of the topic of cursors, too, in one partition a unit: shipped behind the records of
 * the same commit, they are what the unit's next owner begins with.
 *
 * Keys carry the epoch, so that what an earlier owner still ships never takes the place of what this one wrote; when an entry is written here first, that of
 * the epoch before is removed.
 * @param inherited of what was loaded, the epochs under which a key lies there; emptied as they are replaced
 */
export function mirroredLog(
  log: Log,
  { unit, epoch, topic }: { readonly unit: string; readonly epoch: number; readonly topic: string },
  inherited: Map<string, readonly number[]>,
): Log {
  const writer = createWriter(log, { name: unit, epoch });
  /** What is tried again goes with the same records. */
  const prepared = new WeakMap<readonly StateChange[], PreparedRecords>();
  const headers = { 'fl-schema': 'cursor/1' };
  const entry = (of: number, key: string, value: Uint8Array): OutgoingRecord => ({
    topic,
    key: mirrorKey(unit, of, key),
    placedBy: unit,
    value,
    headers,
  });
  const nothing = new Uint8Array(0);
  const mirrored = (state: readonly StateChange[]): OutgoingRecord[] => {
    const records: OutgoingRecord[] = [];
    // The last change of a key is what stays.
    for (const [key, value] of new Map(state)) {
      if (isLocal(key)) continue;
      records.push(entry(epoch, key, value === undefined ? nothing : encodeEntry(unit, epoch, key, value)));
      for (const before of inherited.get(key) ?? []) if (before !== epoch) records.push(entry(before, key, nothing));
      inherited.delete(key);
    }
    return records;
  };
  return Object.assign(Object.create(log) as Log, {
    append: (commit: Parameters<Log['append']>[0]) => {
      const { batches, state = [] } = commit;
      const more = prepared.get(state) ?? writer.prepare(mirrored(state));
      prepared.set(state, more);
      return log.append({ ...commit, ...mergePrepared([{ batches, state }, more]) });
    },
  });
}

/** JSON as it is, with its text unparsed; anything else as base64. */
function encodeEntry(unit: string, epoch: number, key: string, value: Uint8Array): Uint8Array {
  const head = `{"unit":${JSON.stringify(unit)},"epoch":${epoch},"key":${JSON.stringify(key)}`;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  if (value.length > plainBytes) return Buffer.from(`${head},"gzip":"${gzipSync(bytes).toString('base64')}"}`);
  if (key.startsWith('cursor/')) return Buffer.from(`${head},"base64":"${bytes.toString('base64')}"}`);
  return Buffer.from(`${head},"value":${bytes.toString()}}`);
}

/** undefined for what is no entry. */
export function decodeEntry(recordKey: string, value: Uint8Array): MirroredEntry | undefined {
  const [, unit, epochText, key] = /^(.*?)@(\d+)\/(.*)$/s.exec(recordKey) ?? [];
  if (unit === undefined || key === undefined) return undefined;
  const at = { unit, epoch: Number(epochText), key };
  if (value.length === 0) return { ...at, value: undefined };
  try {
    const body = JSON.parse(Buffer.from(value).toString()) as { value?: unknown; base64?: string; gzip?: string };
    if (body.gzip !== undefined) return { ...at, value: gunzipSync(Buffer.from(body.gzip, 'base64')) };
    if (body.base64 !== undefined) return { ...at, value: Buffer.from(body.base64, 'base64') };
    return body.value === undefined ? undefined : { ...at, value: Buffer.from(JSON.stringify(body.value)) };
  } catch {
    return undefined;
  }
}
