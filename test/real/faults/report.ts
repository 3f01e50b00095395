import type { Count } from '../kafka/read-back.js';
import type { LoadState } from './load-messages.js';
import { type FaultRow, seconds } from './row.js';

export interface RowResult {
  readonly row: Pick<FaultRow, 'row' | 'fault' | 'perSecond' | 'unit'>;
  readonly amount: number;
  readonly seed: number;
  readonly count: Count;
  readonly state: LoadState;
  readonly detail: string;
}

/** As in docs/reliability.md. */
export const tableHead = `| # | fault | records/s | how much | seed | sent | lost | doubled | out of order | longest wait for an acknowledgement | seen |
|---|---|---|---|---|---|---|---|---|---|---|`;

export const tableLine = ({ row, amount, seed, count, state, detail }: RowResult): string =>
  `| ${[
    row.row,
    row.fault,
    row.perSecond,
    `${amount} ${row.unit}`,
    seed,
    count.expected,
    count.lost,
    count.doubled,
    count.outOfOrder,
    seconds(state.longestMs),
    detail,
  ].join(' | ')} |`;

/** Any of these is a failure; how long something took is not, because machines differ. */
export function faultsOf(
  count: Count,
  state: LoadState,
  { mayDouble, mayMix }: { readonly mayDouble: number; readonly mayMix: boolean },
): readonly string[] {
  const faults = (['lost', ...(mayMix ? [] : ['outOfOrder' as const]), 'unexpected', 'mismatched', 'split'] as const)
    .filter(kind => count[kind] > 0)
    .map(kind => `${count[kind]} ${kind}`);
  if (count.doubledRuns > mayDouble) faults.push(`${count.doubled} doubled in ${count.doubledRuns} batches`);
  if (count.expected === 0) faults.push('nothing was sent');
  if (faults.length > 0) faults.push(`examples: ${count.examples.join(', ')}`, `the load: ${JSON.stringify(state)}`);
  return faults;
}
