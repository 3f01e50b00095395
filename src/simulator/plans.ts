/**
 * What a key may do. A window that is missing is not limited. Seconds and minutes slide, and 0.5 of one is one call in two of them; the day begins at
 * midnight in New York.
 */
export interface Plan {
  readonly perSecond?: number;
  readonly perMinute?: number;
  readonly perDay?: number;
  /** Without it a key gets invented rows, or none, where the vendor asks for a premium plan. */
  readonly premium?: boolean;
  /** Which wording its refusals have. */
  readonly wording?: 'free' | 'free-2023' | 'premium';
}

/** Facts of the vendor's plans; the burst limit of the premium ones is the number in its refusal. */
export const plans = {
  free: { perSecond: 1, perDay: 25, premium: false, wording: 'free' },
  'free-2023': { perMinute: 5, perDay: 500, premium: false, wording: 'free-2023' },
  premium75: { perSecond: 20, perMinute: 75, premium: true, wording: 'premium' },
  premium150: { perSecond: 20, perMinute: 150, premium: true, wording: 'premium' },
  premium300: { perSecond: 20, perMinute: 300, premium: true, wording: 'premium' },
  premium600: { perSecond: 20, perMinute: 600, premium: true, wording: 'premium' },
  premium1200: { perSecond: 20, perMinute: 1200, premium: true, wording: 'premium' },
  unlimited: { premium: true, wording: 'premium' },
} as const satisfies Record<string, Plan>;

export type PlanName = keyof typeof plans;

/** How one key is treated: refused as invalid, refused as the demo key, without premium data, or by a plan of its own. */
export type KeyRule = 'invalid' | 'demo' | 'not-premium' | PlanName | Plan;

/** A plan written as numbers is a premium one unless it says otherwise. */
export const planOf = (plan: PlanName | Plan): Plan => ({
  premium: true,
  wording: 'premium',
  ...(typeof plan === 'string' ? plans[plan] : plan),
});
