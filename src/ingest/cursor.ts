import { canonicalDecimal, type Decimal } from '../records/decimal.js';
import type { Observation } from '../records/observation.js';

/**
 * How far a series has come: the newest `capacity` times with the hash of the values last seen there and the revision last published.
 * Sorted by time. Holds 20 bytes an entry.
 */
export interface Cursor {
  readonly entries: readonly CursorEntry[];
}

export interface CursorEntry {
  readonly timeMs: number;
  readonly high: number;
  readonly low: number;
  /** `unpublished` where the values seen were refused by the checks: the next good ones get revision 0. */
  readonly revision: number;
}

export const unpublished = -1;
export const emptyCursor: Cursor = { entries: [] };

export interface Novelty {
  readonly observation: Observation;
  readonly timeMs: number;
  readonly revision: number;
  readonly restated: boolean;
}

export interface Comparison {
  /** New or restated, in the order given. */
  readonly novelties: readonly Novelty[];
  readonly unchanged: number;
  /** Older than a full window: counted, not published, because nobody knows whether they were published before. */
  readonly outside: number;
}

/** Which of `observations` (oldest first, one series) the log does not have yet. */
export function compare(cursor: Cursor, observations: readonly Observation[], capacity: number): Comparison {
  const { entries } = cursor;
  const full = entries.length >= capacity;
  const oldestMs = entries[0]?.timeMs ?? Number.NEGATIVE_INFINITY;
  const novelties: Novelty[] = [];
  let unchanged = 0;
  let outside = 0;
  let at = 0;
  for (const observation of observations) {
    const timeMs = Date.parse(observation.time);
    if (full && timeMs < oldestMs) {
      outside++;
      continue;
    }
    while (at > 0 && entries[at - 1]!.timeMs >= timeMs) at--;
    while (at < entries.length && entries[at]!.timeMs < timeMs) at++;
    const known = entries[at]?.timeMs === timeMs ? entries[at] : undefined;
    if (known === undefined) {
      novelties.push({ observation, timeMs, revision: 0, restated: false });
      continue;
    }
    hashValues(observation);
    if (known.high === hashHigh && known.low === hashLow) unchanged++;
    else
      novelties.push({ observation, timeMs, revision: known.revision + 1, restated: known.revision !== unpublished });
  }
  return { novelties, unchanged, outside };
}

/** The cursor after `novelties` were dealt with: published, or refused (`isPublished` false). Keeps the newest `capacity`. */
export function advance(
  cursor: Cursor,
  novelties: readonly Novelty[],
  isPublished: (novelty: Novelty) => boolean,
  capacity: number,
): Cursor {
  const merged = new Map(cursor.entries.map(entry => [entry.timeMs, entry]));
  for (const novelty of novelties) {
    hashValues(novelty.observation);
    const revision = isPublished(novelty) ? novelty.revision : novelty.revision - 1;
    merged.set(novelty.timeMs, { timeMs: novelty.timeMs, high: hashHigh, low: hashLow, revision });
  }
  const entries = [...merged.values()].sort((a, b) => a.timeMs - b.timeMs);
  return { entries: entries.slice(-capacity) };
}

const entryBytes = 20;

export function encodeCursor({ entries }: Cursor): Uint8Array {
  const bytes = Buffer.allocUnsafe(entries.length * entryBytes);
  let at = 0;
  for (const entry of entries) {
    bytes.writeDoubleLE(entry.timeMs, at);
    bytes.writeUInt32LE(entry.high, at + 8);
    bytes.writeUInt32LE(entry.low, at + 12);
    bytes.writeInt32LE(entry.revision, at + 16);
    at += entryBytes;
  }
  return bytes;
}

export function decodeCursor(bytes: Uint8Array | undefined): Cursor {
  if (bytes === undefined || bytes.length % entryBytes !== 0) return emptyCursor;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: CursorEntry[] = [];
  for (let at = 0; at < view.length; at += entryBytes)
    entries.push({
      timeMs: view.readDoubleLE(at),
      high: view.readUInt32LE(at + 8),
      low: view.readUInt32LE(at + 12),
      revision: view.readInt32LE(at + 16),
    });
  return { entries };
}

// The 64-bit hash as two numbers beside the function: an unchanged bar, the common case, allocates nothing.
let hashHigh = 0;
let hashLow = 0;

/** Hash of the canonical values, so that `190.0` and `190.00` are the same bar. The fields are those of the record's identity. */
function hashValues(observation: Observation): void {
  hashHigh = 0x9e3779b9;
  hashLow = 0x85ebca6b;
  if (observation.kind === 'bar') {
    mixDecimal(observation.open);
    mixDecimal(observation.high);
    mixDecimal(observation.low);
    mixDecimal(observation.close);
    mixDecimal(observation.volume);
    mixDecimal(observation.adjustedClose);
    mixDecimal(observation.dividend);
    mixDecimal(observation.splitFactor);
  } else {
    mixDecimal(observation.price);
    mixDecimal(observation.volume);
    mixDecimal(observation.bid);
    mixDecimal(observation.ask);
  }
  hashHigh = hashHigh >>> 0;
  hashLow = hashLow >>> 0;
}

/** Mixes the characters of the canonical spelling without building it: plain digits need only their zeros trimmed. */
function mixDecimal(text: Decimal | undefined): void {
  if (text !== undefined) {
    const first = text.charCodeAt(0);
    const last = text.charCodeAt(text.length - 1);
    const plain = first > 48 && first <= 57 && last !== 46 && !text.includes('e') && !text.includes('E');
    const spelled = plain ? text : canonicalDecimal(text);
    let end = spelled.length;
    if (plain && last === 48 && spelled.includes('.')) {
      while (spelled.charCodeAt(end - 1) === 48) end--;
      if (spelled.charCodeAt(end - 1) === 46) end--;
    }
    for (let at = 0; at < end; at++) mix(spelled.charCodeAt(at));
  }
  mix(44);
}

function mix(code: number): void {
  hashHigh = Math.imul(hashHigh ^ code, 2654435761);
  hashLow = Math.imul(hashLow ^ code, 1597334677);
  hashHigh ^= hashLow >>> 15;
  hashLow ^= hashHigh >>> 13;
}
