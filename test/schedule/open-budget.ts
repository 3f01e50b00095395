import type { Event } from '../../src/records/event.js';
import {
  type BudgetCommand,
  type BudgetView,
  budget,
  type Permit,
  type PermitReply,
} from '../../src/schedule/budget.js';
import type { Limit } from '../../src/schedule/limit.js';
import type { Verdict } from '../../src/schedule/verdict.js';
import { createState, createWorld, settle, type World } from './world.js';

export const minutes = 60_000;
export const hours = 60 * minutes;
export const days = 24 * hours;
export const start = Date.parse('2024-06-11T14:00Z');
export const newYorkDay: Limit = { requests: 25, perMs: days, resetsAt: '00:00', zone: 'America/New_York' };

interface Options {
  readonly limits?: readonly Limit[];
  readonly concurrency?: number;
  readonly world?: World;
  readonly state?: ReturnType<typeof createState>;
  readonly reserve?: (write: () => void) => Promise<void>;
}

/** A budget with everything it says and does. */
export function openBudget({
  limits = [],
  concurrency = 10,
  world = createWorld(start),
  state = createState(),
  reserve,
}: Options = {}) {
  const events: Event[] = [];
  const replies = new Map<string, PermitReply>();
  const reservations: number[] = [];
  const factory = budget({
    source: 'av',
    limits,
    concurrency,
    deadlineMs: 30_000,
    state,
    time: world.time,
    random: () => 0.5,
    report: event => events.push(event),
    reserve: async changes => {
      reservations.push(changes.filter(([key, value]) => key.startsWith('charge/') && value).length);
      const write = (): void => state.write(changes);
      if (reserve) await reserve(write);
      else write();
    },
  });
  let actor = world.spawn<BudgetCommand>(factory);
  return {
    world,
    state,
    events,
    reservations,
    tell: (command: BudgetCommand) => actor.tell(command),
    restart() {
      actor.kill();
      actor = world.spawn<BudgetCommand>(factory);
    },
    ask: (id: string, weight = 1) =>
      actor.tell({ kind: 'request', id, weight, replyTo: reply => replies.set(id, reply) }),
    reply: (id: string) => replies.get(id),
    /** Ids that have their permit. */
    granted: () => [...replies].filter(([, reply]) => reply.kind === 'permit').map(([id]) => id),
    async settle(
      id: string,
      verdict: Verdict = { kind: 'records' },
      hint?: { remaining: number; resetsAtMs?: number },
    ) {
      state.write((replies.get(id) as Permit).settled(verdict, hint));
      replies.delete(id);
      await settle();
    },
    view(): BudgetView {
      let view: BudgetView | undefined;
      actor.tell({
        kind: 'usage',
        replyTo: answer => {
          view = answer;
        },
      });
      return view!;
    },
    kinds: () => events.filter(({ kind }) => kind !== 'quota' && kind !== 'permit-granted').map(({ kind }) => kind),
  };
}

export const refusal = (by: 'burst' | 'minute' | 'day' | 'concurrency', retryAfterMs?: number): Verdict => ({
  kind: 'refused',
  by,
  detail: `refused for ${by}`,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
