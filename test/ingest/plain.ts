import type { Checks, Fault } from '../../src/ingest/checks.js';
import type { Observation } from '../../src/records/observation.js';
import { plainValues } from '../records/plain.js';

/** The slow, obvious form of what src/ingest does quickly: the two are held equal by property tests. */

interface Seen {
  readonly values: string;
  readonly revision: number;
}

/** A cursor as a map of the values themselves. Its answers are those of `compare` and `advance` in one step. */
export function plainCursor(capacity: number) {
  let known = new Map<number, Seen>();
  return (observations: readonly Observation[], isRefused: (observation: Observation) => boolean) => {
    const times = [...known.keys()].sort((a, b) => a - b);
    const isOutside = (timeMs: number): boolean => known.size >= capacity && timeMs < times[0]!;
    const next = new Map(known);
    const news: { observation: Observation; revision: number; restated: boolean }[] = [];
    let unchanged = 0;
    let outside = 0;
    for (const observation of observations) {
      const timeMs = Date.parse(observation.time);
      const values = plainValues(observation);
      const before = known.get(timeMs);
      if (isOutside(timeMs)) outside++;
      else if (before?.values === values) unchanged++;
      else {
        const revision = before === undefined ? 0 : before.revision + 1;
        news.push({ observation, revision, restated: before !== undefined && before.revision >= 0 });
        next.set(timeMs, { values, revision: isRefused(observation) ? revision - 1 : revision });
      }
    }
    known = new Map([...next].sort(([a], [b]) => a - b).slice(-capacity));
    return { news, unchanged, outside };
  };
}

/** Each rule with nothing but `Number` and exact fractions. */
export function plainFault(
  observation: Observation,
  { maxFuture, maxAge }: Checks,
  nowMs: number,
): Fault['code'] | undefined {
  const { kind, open, high, low, volume } = observation;
  const beside = { open, high, low };
  const prices = kind === 'bar' ? { ...beside, close: observation.close } : { price: observation.price };
  const others =
    kind === 'bar'
      ? {}
      : { ...beside, previousClose: observation.previousClose, bid: observation.bid, ask: observation.ask };
  for (const [texts, mayBeZero] of [
    [prices, false],
    [{ ...others, volume }, true],
  ] as const) {
    for (const text of Object.values(texts)) {
      if (text === undefined) continue;
      if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(text) || !Number.isFinite(Number(text)))
        return 'not-a-number';
      if (Number(text) < 0) return 'negative';
      if (Number(text) === 0 && !mayBeZero) return 'zero-price';
    }
  }
  if (kind === 'bar') {
    const [o, h, l, c] = [open, high, low, observation.close].map(text => scaled(text!));
    if (!(l! <= o! && o! <= h! && l! <= c! && c! <= h!)) return 'ohlc-order';
  }
  const timeMs = Date.parse(observation.time);
  if (Number.isNaN(timeMs)) return 'bad-time';
  if (timeMs > nowMs + maxFuture) return 'future';
  return maxAge !== undefined && timeMs < nowMs - maxAge ? 'stale' : undefined;
}

/** In units of 1e-30. */
function scaled(text: string): bigint {
  const [, sign, whole = '', fraction = '', exponent = '0'] = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text)!;
  const units = BigInt(whole + fraction) * 10n ** BigInt(30 - fraction.length + Number(exponent));
  return sign === '-' ? -units : units;
}
