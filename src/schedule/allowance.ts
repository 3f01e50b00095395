/** What a source's headers left us, until they said it would be more. It only ever takes away from what the limits allow. Steady ms. */
export interface Allowance {
  waitMs(weight: number, nowMs: number): number;
  took(weight: number): void;
  /** @param open weight in flight, which the source may not have counted yet when it wrote the header */
  hinted(remaining: number, open: number, untilMs: number, nowMs: number): void;
}

export function createAllowance(): Allowance {
  let left = Number.POSITIVE_INFINITY;
  let untilMs = Number.NEGATIVE_INFINITY;
  return {
    waitMs: (weight, nowMs) => (nowMs < untilMs && weight > left ? untilMs - nowMs : 0),
    took(weight) {
      left -= weight;
    },
    hinted(remaining, open, resetMs, nowMs) {
      const hintedLeft = remaining - open;
      // Answers overtake each other: within one window only the lower word counts.
      if (nowMs < untilMs && hintedLeft >= left) return;
      left = hintedLeft;
      untilMs = resetMs;
    },
  };
}
