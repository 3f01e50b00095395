import type { Factory } from '../actors/actor.js';
import type { StateChange } from '../log/log.js';
export interface Permit { readonly weight: number; settled(): StateChange[]; unsent(): StateChange[]; cancel(): void }
export type PermitReply = { kind: 'permit'; permit: Permit } | { kind: 'stopped'; reason: string };
export type BudgetCommand = { kind: 'request'; weight: number; replyTo: (r: PermitReply) => void } | { kind: 'refused'; by: string; retryAfterMs?: number | undefined } | { kind: 'hint'; remaining: number; resetsAtMs?: number } | { kind: 'denied'; reason: string } | { kind: 'go' };
export const budget = (_o: object): Factory<BudgetCommand> => context => {
  const q: ((r: PermitReply) => void)[] = [];
  let t = 0;
  const permit: Permit = { weight: 1, settled: () => [], unsent: () => [], cancel: () => undefined };
  const go = () => { const now = context.now(); if (q.length && now >= t) { t = now + 250; q.shift()!({ kind: 'permit', permit }); } if (q.length) context.after(Math.max(1, t - now), { kind: 'go' }); };
  return { receive(c) { if (c.kind === 'request') { q.push(c.replyTo); go(); } if (c.kind === 'go') go(); } };
};
