const fewestAnswers = 30;
const mostAnswers = 200;
/** A mean that is known to so much of itself ends a round early. */
const precise = 0.06;
/** A mean within this share of the unloaded one leaves room for more calls; beyond the other one, and with so many calls waiting, there is a queue. */
const calm = 1.2;
const suspect = 1.8;
const suspectCalls = 2;
/** At half the calls, a latency that falls to less than this was made by our own queue; where it is near a half, the queue is there still. */
const ownQueue = 0.8;
const stillQueued = 0.55;
const raise = 0.1;
/** Rounds until the unloaded latency is measured anew, doubled each time that it leads to about the same number of calls. */
const alike = 1.6;
const firstRounds = 4;
const mostRounds = 64;
const heldStep = 3;
/** Answers as quick as this leave nothing to gain, and so long a busy event loop of ours makes each of them: halving for that cost two fifths of all calls. */
const quickMs = 80;
const failingShare = 0.1;
const failingCut = 0.9;

interface Round {
  readonly meanMs: number;
  /** Standard error of the mean. */
  readonly errorMs: number;
}

/** How many calls at once a source serves without letting them queue. */
export interface Congestion {
  /** Not above what the config allows. */
  readonly cap: number;
  /** A call that took the last place, while more calls could have been made, has ended. */
  answered(permittedMs: number, ok: boolean, nowMs: number): void;
}

/**
 * Finds the concurrency beyond which calls only wait at the source, from latency: of `n` calls at a source that works on `c` of them each takes `n/c`
 * times as long as alone. The estimate is that of TCP Vegas (Brakmo and Peterson 1994) and of Netflix's concurrency-limits, calls × (1 − unloaded ÷
 * measured). What is unloaded is measured by halving the calls when latency has risen, and now and then, as BBR drains the queue to see the delay
 * of the way itself (Cardwell et al. 2016): else a source that has become slow is taken for one with a queue. While there is room, a tenth more a round.
 * It begins with all that the config allows, and looks only at calls that took the last place while others wanted one: where a quota is the
 * bound it does nothing.
 *
 * A round is the mean of 30 to 200 answers, at least one for each place, so that chance is not taken for load. Holds a few sums.
 */
export function createCongestion(most: number): Congestion {
  let cap = most;
  let [answers, sumMs, squares, failed] = [0, 0, 0, 0];
  let fromMs = Number.NEGATIVE_INFINITY;
  let unloadedMs: number | undefined;
  /** While halved: what was measured with twice the calls, and how many those were. */
  let halved: { readonly meanMs: number; readonly calls: number } | undefined;
  let settled = most;
  let spacing = firstRounds;
  let untilMeasured = 0;
  /** The least mean since the cap changed: what rises above it was not made by more calls. */
  let steadyMs = Number.POSITIVE_INFINITY;

  function halve(meanMs: number): void {
    halved = { meanMs, calls: cap };
    cap = Math.max(1, Math.floor(cap / 2));
  }

  function compare(before: { readonly meanMs: number; readonly calls: number }, { meanMs }: Round): void {
    halved = undefined;
    const fell = meanMs / before.meanMs;
    if (fell < stillQueued && cap > 1) return halve(meanMs);
    cap = fell > ownQueue ? before.calls : Math.min(before.calls, Math.ceil(before.calls * fell * (1 + raise)));
    unloadedMs = meanMs;
    spacing =
      Math.max(cap, settled) <= alike * Math.min(cap, settled) ? Math.min(mostRounds, spacing * 2) : firstRounds;
    settled = cap;
    untilMeasured = spacing;
  }

  const isSuspect = ({ meanMs, errorMs }: Round, freeMs: number): boolean =>
    meanMs > suspect * freeMs && meanMs - 3 * errorMs > freeMs && cap * (1 - freeMs / meanMs) > suspectCalls;

  function judge(round: Round): void {
    if (halved !== undefined) return compare(halved, round);
    if (round.meanMs < quickMs) {
      cap = Math.min(most, cap + Math.max(1, Math.floor(cap * raise)));
      return;
    }
    // Between calm and suspect it may be a little queue, or a source that has become slower: that is looked into sooner.
    untilMeasured -= unloadedMs !== undefined && round.meanMs > calm * unloadedMs ? heldStep : 1;
    const rose = round.meanMs - 3 * round.errorMs > calm * steadyMs;
    if (unloadedMs === undefined || ((untilMeasured <= 0 || rose || isSuspect(round, unloadedMs)) && cap > 1))
      return halve(round.meanMs);
    steadyMs = Math.min(steadyMs, round.meanMs);
    if (round.meanMs < calm * unloadedMs) cap = Math.min(most, cap + Math.max(1, Math.floor(cap * raise)));
    // The least of many means would be the luckiest.
    if (round.meanMs + 3 * round.errorMs < unloadedMs) unloadedMs = round.meanMs;
  }

  return {
    get cap() {
      return cap;
    },
    answered(permittedMs, ok, nowMs) {
      if (most === 1 || permittedMs < fromMs) return;
      const tookMs = nowMs - permittedMs;
      if (ok) {
        answers += 1;
        sumMs += tookMs;
        squares += tookMs ** 2;
      } else failed += 1;
      const all = answers + failed;
      if (all < Math.max(fewestAnswers, cap)) return;
      const meanMs = Math.max(1, sumMs / Math.max(1, answers));
      const errorMs = Math.sqrt(Math.max(0, squares / Math.max(1, answers) - meanMs ** 2) / Math.max(1, answers));
      if (errorMs > precise * meanMs && all < Math.max(mostAnswers, cap)) return;
      const before = cap;
      if (failed > failingShare * all) cap = Math.max(1, Math.floor(cap * failingCut));
      else judge({ meanMs, errorMs });
      [answers, sumMs, squares, failed] = [0, 0, 0, 0];
      if (cap !== before) steadyMs = Number.POSITIVE_INFINITY;
      // Calls that went out before say nothing of this cap, and the queue of before has to drain, or that of now to form.
      fromMs = cap === before ? nowMs : nowMs + meanMs;
    },
  };
}
