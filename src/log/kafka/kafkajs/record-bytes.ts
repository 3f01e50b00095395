import type { LogRecord } from '../../log.js';
import { shortLength, writeShortAscii } from '../../short-ascii.js';

/** Records of a batch, measured: where there is room for `bytes`, they are written in one pass. */
export interface RecordBytes {
  readonly bytes: number;
  /** @returns the position behind them */
  write(out: Buffer, at: number): number;
}

/** Records as they lie in a batch of format 2, one after another, all with the batch's time. */
export function recordBytes(records: readonly LogRecord[]): RecordBytes {
  const bodies = new Int32Array(records.length);
  let bytes = 0;
  for (let i = 0; i < records.length; i++) {
    const body = bodyBytes(records[i]!, i);
    bodies[i] = body;
    bytes += varintBytes(body) + body;
  }
  return {
    bytes,
    write(out, start) {
      let at = start;
      for (let i = 0; i < records.length; i++) at = writeRecord(out, at, records[i]!, i, bodies[i]!);
      return at;
    },
  };
}

/** No attributes, no time after the batch's, the place in the batch; then key, value and headers. */
function bodyBytes({ key, value, headers }: LogRecord, index: number): number {
  let bytes = 2 + varintBytes(index) + prefixed(textBytes(key)) + prefixed(value.length);
  let count = 0;
  for (const name in headers) {
    bytes += prefixed(textBytes(name)) + prefixed(textBytes(headers[name]!));
    count++;
  }
  return bytes + varintBytes(count);
}

const prefixed = (bytes: number): number => varintBytes(bytes) + bytes;

function writeRecord(out: Buffer, start: number, record: LogRecord, index: number, body: number): number {
  const { key, value, headers } = record;
  let at = writeVarint(out, start, body);
  out[at++] = 0;
  out[at++] = 0;
  at = writeVarint(out, at, index);
  at = writePrefixed(out, at, key);
  if (value.length === 0) out[at++] = nullLength;
  else {
    at = writeVarint(out, at, value.length);
    out.set(value, at);
    at += value.length;
  }
  let count = 0;
  for (const _ in headers) count++;
  at = writeVarint(out, at, count);
  for (const name in headers) {
    at = writePrefixed(out, at, name);
    at = writePrefixed(out, at, headers[name]!);
  }
  return at;
}

function writePrefixed(out: Buffer, start: number, text: string): number {
  const bytes = textBytes(text);
  const at = writeVarint(out, start, bytes);
  if (bytes !== text.length || !writeShortAscii(out, at, text)) out.write(text, at);
  return at + bytes;
}

function textBytes(text: string): number {
  const { length } = text;
  if (length >= shortLength) return Buffer.byteLength(text);
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 0x7f) return Buffer.byteLength(text);
  return length;
}

/** -1, which says null. */
const nullLength = 1;

/** Lengths and counts in zigzag: none is negative, so they are doubled. */
function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value * 2; rest > 0x7f; rest >>>= 7) bytes++;
  return bytes;
}

function writeVarint(out: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value * 2;
  while (rest > 0x7f) {
    out[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[at++] = rest;
  return at;
}
