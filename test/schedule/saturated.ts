import type { Event } from '../../src/records/event.js';
import { budget, type Permit, type PermitReply } from '../../src/schedule/budget.js';
import type { Limit } from '../../src/schedule/limit.js';
import type { Hint, Verdict } from '../../src/schedule/verdict.js';
import { createState, type World } from './world.js';

export interface Saturation {
  readonly world: World;
  readonly limits: readonly Limit[];
  readonly concurrency: number;
  readonly state?: ReturnType<typeof createState>;
  /** How long the next call takes. */
  readonly latencyMs: () => number;
  /** How long a reservation takes to be durable. */
  readonly reserveMs?: number;
  readonly random?: () => number;
  readonly weight?: () => number;
  /** What the source makes of a call that reaches it at this time. */
  readonly arrive?: () => Verdict;
  /** What it says of its quota at this time. */
  readonly hint?: () => Hint;
  readonly permitted?: (weight: number) => void;
  readonly answered?: (verdict: Verdict, tookMs: number) => void;
  readonly report?: (event: Event) => void;
}

/** A budget that always has work: two requests more than there may be calls wait at any time. A call arrives halfway, give or take a fifth. */
export function saturate(load: Saturation): void {
  const { world, concurrency, state = createState(), reserveMs = 0, random = () => 0.5, weight = () => 1 } = load;
  let asked = 0;
  const actor = world.spawn(
    budget({
      source: 'vendor',
      limits: load.limits,
      concurrency,
      deadlineMs: 30_000,
      state,
      time: world.time,
      random,
      report: load.report ?? (() => {}),
      reserve: changes =>
        new Promise(resolve => {
          const write = (): void => {
            state.write(changes);
            resolve();
          };
          if (reserveMs === 0) write();
          else world.at(world.trueMs + reserveMs, write);
        }),
    }),
  );
  const request = (): void => {
    asked += 1;
    actor.tell({ kind: 'request', id: String(asked), weight: weight(), replyTo: call });
  };
  function call(reply: PermitReply): void {
    const permit = reply as Permit;
    load.permitted?.(permit.weight);
    const tookMs = load.latencyMs();
    const sentMs = world.trueMs;
    let verdict: Verdict = { kind: 'records' };
    let hint: Hint | undefined;
    if (load.arrive)
      world.at(sentMs + Math.round(tookMs * (0.3 + 0.4 * random())), () => {
        verdict = load.arrive!();
        hint = load.hint?.();
      });
    world.at(sentMs + tookMs, () => {
      load.answered?.(verdict, tookMs);
      state.write(permit.settled(verdict, hint));
      request();
    });
  }
  for (let i = 0; i < concurrency + 2; i++) request();
}
