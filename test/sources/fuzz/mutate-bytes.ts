import type { Chance } from './chance.js';
import { canary } from './spoil.js';

const pieces = [
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  ',',
  ':',
  '\r\n',
  '\0',
  '\ufeff',
  '1e400',
  'NaN',
  canary,
  '__proto__',
  '<',
  '-',
  '2024',
  '%',
  '\\u0000',
  '\\ud800',
  '\\u0031',
];

/** Overwrites, inserts, cuts or re-encodes. */
export function mutateBytes(chance: Chance, body: Uint8Array): Uint8Array {
  const how = chance.next();
  const at = chance.below(body.length + 1);
  if (how < 0.2) return body.subarray(0, at);
  if (how < 0.24) return Buffer.from(Buffer.from(body).toString(), chance.pick(['utf16le', 'latin1'] as const));
  if (how < 0.27) return Buffer.concat([Buffer.from('\ufeff'), body]);
  if (how < 0.3) return Buffer.from(`\ufeff${Buffer.from(body).toString()}`, 'utf16le').swap16();
  if (how < 0.34) return Buffer.concat([body, body]);
  const middle = chance.next() < 0.5 ? Buffer.from(chance.pick(pieces)) : Buffer.from([chance.below(256)]);
  return Buffer.concat([body.subarray(0, at), middle, body.subarray(Math.min(body.length, at + chance.below(40)))]);
}
