import type { Limit } from './limit.js';

const cut = 0.7;
/** A lone refusal among more accepted calls than this says that the rate is near the limit, or means nothing: the cut of 0.7 would halve a source that refuses one call in 500. */
const rareAfter = 100;
const rareCut = 0.9;
const raisePerMinute = 0.05;
const raiseEveryMs = 60_000;
const slowestPerSecond = 1 / 60;
/** A tenth of a second's worth may go at once: enough for timers that fire late, too little to look like a burst. */
const burstSeconds = 0.1;
const remembered = 32;
const rememberedMs = 10_000;

/**
 * A rate learned from refusals of the burst kind: additive increase, multiplicative decrease (Chiu and Jain 1989), the cut of 0.7 as in CUBIC
 * (RFC 9438) and in the adaptive mode of the AWS SDKs. Their cubic way back up is on a scale of a second, which would have a source of one call
 * a second refused every other second, so this one climbs by 5 % of the refused rate a minute.
 * Off until the first refusal; off again once it reaches what the limits of up to a minute declare. All times are steady ms. Holds 32 permits.
 */
export interface Pace {
  /** Undefined while nothing is learned. */
  readonly perSecond: number | undefined;
  waitMs(weight: number, nowMs: number): number;
  /** A call of this weight was permitted. */
  took(weight: number, nowMs: number): void;
  /** @returns true when the rate was lowered: one refusal of several calls that were permitted together lowers it once. */
  refused(permittedMs: number, pauseMs: number, nowMs: number): boolean;
  /** @returns true when the rate was raised. */
  accepted(permittedMs: number, nowMs: number): boolean;
}

/** The fastest that limits of at most a minute allow; undefined without such a limit: a day's quota says nothing of how fast it may be spent. */
export function declaredPerSecond(limits: readonly Limit[]): number | undefined {
  const rates = limits.filter(({ perMs }) => perMs <= 60_000).map(({ requests, perMs }) => (requests * 1000) / perMs);
  return rates.length > 0 ? Math.max(...rates) : undefined;
}

/** @param declared asked each time, because limits can change */
export function createPace(declared: () => number | undefined): Pace {
  const permits: { readonly atMs: number; readonly weight: number }[] = [];
  let perSecond: number | undefined;
  let refusedPerSecond = 0;
  let tokens = 0;
  let filledMs = 0;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  let loweredMs = Number.NEGATIVE_INFINITY;
  let raisedMs = 0;
  let acceptedSinceCut = 0;

  const capacity = (): number => Math.max(1, perSecond! * burstSeconds);

  function fill(nowMs: number): void {
    if (nowMs <= filledMs) return;
    tokens = Math.min(capacity(), tokens + (perSecond! * (nowMs - filledMs)) / 1000);
    filledMs = nowMs;
  }

  /**
   * Weight a second in the fastest of the last seconds up to a permit, or since the permit before it where they are further apart. The second
   * of the refused call alone would be chance: a source that is asked now and then would be slowed down to that.
   */
  function achieved(permittedMs: number): number {
    const upTo = permits.filter(({ atMs }) => atMs <= permittedMs);
    const recent = upTo.filter(({ atMs }) => atMs > permittedMs - rememberedMs);
    const [first, last] = [recent[0], recent.at(-1)];
    if (first !== undefined && last !== undefined && recent.length === remembered && last.atMs - first.atMs < 1000) {
      const weight = recent.reduce((sum, permit) => sum + permit.weight, 0);
      return (weight * 1000) / Math.max(1, last.atMs - first.atMs);
    }
    const seconds = recent.map(({ atMs }) =>
      recent.reduce((sum, permit) => (permit.atMs > atMs - 1000 && permit.atMs <= atMs ? sum + permit.weight : sum), 0),
    );
    const fastest = Math.max(0, ...seconds);
    const before = upTo.at(-2);
    if (fastest > (last?.weight ?? 0) || before === undefined || last === undefined) return Math.max(1, fastest);
    return (last.weight * 1000) / Math.max(1, last.atMs - before.atMs);
  }

  return {
    get perSecond() {
      return perSecond;
    },
    waitMs(weight, nowMs) {
      if (nowMs < pausedUntilMs) return pausedUntilMs - nowMs;
      if (perSecond === undefined) return 0;
      fill(nowMs);
      const missing = Math.min(weight, capacity()) - tokens;
      // Rounding in the filling must not leave a wait of a billionth.
      return missing > 1e-9 ? (missing * 1000) / perSecond : 0;
    },
    took(weight, nowMs) {
      permits.push({ atMs: nowMs, weight });
      if (permits.length > remembered) permits.shift();
      if (perSecond === undefined) return;
      fill(nowMs);
      tokens -= weight;
    },
    refused(permittedMs, pauseMs, nowMs) {
      pausedUntilMs = Math.max(pausedUntilMs, nowMs + pauseMs);
      if (permittedMs <= loweredMs) return false;
      refusedPerSecond = Math.min(
        achieved(permittedMs),
        perSecond ?? Number.POSITIVE_INFINITY,
        declared() ?? Number.POSITIVE_INFINITY,
      );
      const factor = acceptedSinceCut > rareAfter ? rareCut : cut;
      acceptedSinceCut = 0;
      perSecond = Math.max(slowestPerSecond, factor * refusedPerSecond);
      tokens = 1;
      filledMs = pausedUntilMs;
      loweredMs = nowMs;
      raisedMs = nowMs;
      return true;
    },
    accepted(permittedMs, nowMs) {
      acceptedSinceCut++;
      if (perSecond === undefined || permittedMs <= loweredMs || nowMs - raisedMs < raiseEveryMs) return false;
      const ceiling = declared() ?? 2 * refusedPerSecond;
      if (perSecond >= ceiling) return false;
      fill(nowMs);
      raisedMs = nowMs;
      perSecond = Math.min(ceiling, perSecond + raisePerMinute * refusedPerSecond);
      if (perSecond === declared()) perSecond = undefined;
      return true;
    },
  };
}
