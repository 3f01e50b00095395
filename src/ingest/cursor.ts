import { canonicalDecimal, type Decimal } from '../records/decimal.js';
import { instantMs } from '../records/instant.js';
import type { Observation } from '../records/observation.js';

/**
 * How far a series has come: the newest `capacity` times with the hash of the values last seen there and the revision last published.
 * Kept as it is stored, so that a poll neither decodes nor encodes what it does not change. An entry, sorted by time, little-endian:
 *
 *   0 f64 epoch ms      8 u64 hash, upper half first      16 i32 revision
 */
export interface Cursor {
  readonly view: DataView;
}

const entryBytes = 20;

/** Revision where the values seen were refused by the checks: the next good ones get revision 0. */
const unpublished = -1;

export const emptyCursor: Cursor = { view: new DataView(new ArrayBuffer(0)) };

/** The cursor shares memory with `bytes`, which nobody changes. */
export const decodeCursor = (bytes: Uint8Array | undefined): Cursor =>
  bytes === undefined || bytes.length % entryBytes !== 0
    ? emptyCursor
    : { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };

export const encodeCursor = ({ view }: Cursor): Uint8Array => bytesOf(view);

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const lengthOf = (view: DataView): number => view.byteLength / entryBytes;
const timeAt = (view: DataView, at: number): number => view.getFloat64(at * entryBytes, true);

export interface Novelty {
  readonly observation: Observation;
  readonly timeMs: number;
  /** Of its values, two halves. */
  readonly high: number;
  readonly low: number;
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
export function compare({ view }: Cursor, observations: readonly Observation[], capacity: number): Comparison {
  const length = lengthOf(view);
  const oldestMs = length >= capacity && length > 0 ? timeAt(view, 0) : Number.NEGATIVE_INFINITY;
  const novelties: Novelty[] = [];
  let unchanged = 0;
  let outside = 0;
  let at = length;
  for (const observation of observations) {
    const timeMs = instantMs(observation.time);
    if (timeMs < oldestMs) {
      outside++;
      continue;
    }
    while (at > 0 && timeAt(view, at - 1) >= timeMs) at--;
    while (at < length && timeAt(view, at) < timeMs) at++;
    hashValues(observation);
    const [high, low] = [hashHigh, hashLow];
    if (at === length || timeAt(view, at) !== timeMs) {
      novelties.push({ observation, timeMs, high, low, revision: 0, restated: false });
      continue;
    }
    const place = at * entryBytes;
    const revision = view.getInt32(place + 16, true);
    if (view.getInt32(place + 8, true) === high && view.getInt32(place + 12, true) === low) unchanged++;
    else
      novelties.push({
        observation,
        timeMs,
        high,
        low,
        revision: revision + 1,
        restated: revision !== unpublished,
      });
  }
  return { novelties, unchanged, outside };
}

/** The cursor after `novelties` were dealt with: published, or refused (`isPublished` false). Keeps the newest `capacity`. */
export function advance(
  { view }: Cursor,
  novelties: readonly Novelty[],
  isPublished: (novelty: Novelty) => boolean,
  capacity: number,
): Cursor {
  const length = lengthOf(view);
  const known = bytesOf(view);
  const fresh = byTime(novelties).slice(-capacity);
  const merged = new Uint8Array((length + fresh.length) * entryBytes);
  const out = new DataView(merged.buffer);
  let from = 0;
  let to = 0;
  const copyUntil = (end: number): void => {
    merged.set(known.subarray(from * entryBytes, end * entryBytes), to * entryBytes);
    to += end - from;
    from = end;
  };
  for (const novelty of fresh) {
    let end = from;
    while (end < length && timeAt(view, end) < novelty.timeMs) end++;
    copyUntil(end);
    if (from < length && timeAt(view, from) === novelty.timeMs) from++;
    const place = to++ * entryBytes;
    out.setFloat64(place, novelty.timeMs, true);
    out.setInt32(place + 8, novelty.high, true);
    out.setInt32(place + 12, novelty.low, true);
    out.setInt32(place + 16, isPublished(novelty) ? novelty.revision : novelty.revision - 1, true);
  }
  copyUntil(length);
  const dropped = Math.max(0, to - capacity);
  return { view: new DataView(merged.buffer, dropped * entryBytes, (to - dropped) * entryBytes) };
}

/** Oldest first, each time once, the last of equal ones. Nearly always they are so already. */
function byTime(novelties: readonly Novelty[]): readonly Novelty[] {
  if (novelties.every((one, at) => at === 0 || novelties[at - 1]!.timeMs < one.timeMs)) return novelties;
  return [...new Map(novelties.map(one => [one.timeMs, one])).values()].sort((a, b) => a.timeMs - b.timeMs);
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
