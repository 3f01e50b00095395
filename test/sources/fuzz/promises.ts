import { faultOf } from '../../../src/ingest/checks.js';
import { canonicalDecimal, compareDecimals, isDecimal } from '../../../src/records/decimal.js';
import { recordId } from '../../../src/records/identity.js';
import type { Observation } from '../../../src/records/observation.js';
import { encodeRecords } from '../../../src/records/record.js';
import type { Outcome } from '../../../src/sources/outcome.js';
import type { ListingOutcome } from '../../../src/sources/source.js';
import type { Snapshot } from '../../../src/symbols/snapshot.js';
import { symbolFault } from '../../../src/symbols/symbol-fault.js';
import { canary } from './spoil.js';

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;
const numbers = [
  'open',
  'high',
  'low',
  'close',
  'price',
  'volume',
  'bid',
  'ask',
  'previousClose',
  'adjustedClose',
  'dividend',
  'splitFactor',
];
const others = ['kind', 'symbol', 'interval', 'adjusted', 'time', 'date'];
const checks = { maxFuture: 86_400_000 };
const nowMs = Date.parse('2024-06-05T00:00:00Z');

const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

/** What is wrong with one accepted record, also as it goes on through checks, identity and encoding. */
function recordFault(one: Observation, said: string | undefined): string | undefined {
  if (!time.test(one.time) || Number.isNaN(Date.parse(one.time))) return `time ${one.time}`;
  if (!isDay(one.date)) return `date ${one.date}`;
  for (const [name, value] of Object.entries(one)) {
    if (others.includes(name)) continue;
    if (!numbers.includes(name)) return `a field ${name}`;
    if (typeof value !== 'string' || !isDecimal(value) || !Number.isFinite(Number(value)))
      return `${name} ${String(value)}`;
    if (said !== undefined && !said.includes(value)) return `${name} ${value} is not in the answer`;
    if (Number(canonicalDecimal(value)) !== Number(value)) return `${name} ${value} has another canonical value`;
  }
  const fault = faultOf(one, checks, nowMs, '1');
  if (fault === undefined && Date.parse(one.time) > nowMs + checks.maxFuture) return 'a future time passes the checks';
  if (fault === undefined && one.kind === 'bar') {
    const { open, high, low, close } = one;
    const inside = [open, close].every(price => compareDecimals(low, price) <= 0 && compareDecimals(price, high) <= 0);
    if (!inside || Number(low) <= 0) return 'a bar out of order passes the checks';
  }
  const id = recordId('fuzz', one, 0);
  const stamp = { id, source: 'fuzz', seenAt: '2024-06-05T00:00:00.000Z', revision: 0, final: true };
  const [bytes] = encodeRecords([{ observation: one, stamp }], 'string');
  const encoded = JSON.parse(Buffer.from(bytes!).toString()) as Record<string, unknown>;
  return encoded.time === one.time && encoded.id === id ? undefined : 'the record does not come back from its encoding';
}

/** @param said the answer as text, where its digits can be compared with those published */
export function outcomeFault(
  outcome: Outcome | ListingOutcome,
  symbols: readonly string[],
  said: string | undefined,
): string | undefined {
  if (outcome.kind === 'listing')
    return outcome.listed.some(({ symbol }) => symbol === '') ? 'an empty symbol' : undefined;
  const rejected = outcome.kind === 'records' ? (outcome.rejected ?? []) : [];
  const texts = rejected.map(({ detail }) => detail);
  if (outcome.kind === 'records') texts.push(outcome.warning ?? '');
  if ('detail' in outcome) texts.push(outcome.detail);
  if (texts.some(text => text.length > 200 || /[\r\n]/.test(text))) return 'a detail is no short line';
  if ('detail' in outcome && outcome.detail === '') return 'no reason is given';
  if (rejected.some(({ row }) => row.length > 2000)) return 'a row is too long';
  if (rejected.some(({ code, detail }) => !/^[a-z-]+$/.test(code) || detail === ''))
    return 'a row is rejected without a reason';
  if ([...texts, ...rejected.map(({ row }) => row)].some(text => text.toUpperCase().includes(canary)))
    return 'the key is shown';
  if ('retryAfterMs' in outcome && !(Number.isFinite(outcome.retryAfterMs) && outcome.retryAfterMs! >= 0))
    return 'no wait';
  if (outcome.kind !== 'records') return undefined;
  const before = new Map<string, string>();
  for (const one of outcome.observations) {
    if (!symbols.includes(one.symbol)) return `a symbol that was not asked for: ${one.symbol}`;
    const fault = recordFault(one, said);
    if (fault !== undefined) return fault;
    if (one.time <= (before.get(one.symbol) ?? '')) return `${one.time} is not later than ${before.get(one.symbol)}`;
    before.set(one.symbol, one.time);
  }
  return undefined;
}

export function listFault(snapshot: Snapshot): string | undefined {
  if (!snapshot.ok) return /^[^\r\n]{1,500}$/.test(snapshot.reason) ? undefined : `no short reason: ${snapshot.reason}`;
  const symbols = snapshot.symbols.map(({ symbol }) => symbol);
  if (new Set(symbols).size !== symbols.length) return 'a symbol comes twice';
  return symbols.find(symbol => symbolFault(symbol) !== undefined);
}
