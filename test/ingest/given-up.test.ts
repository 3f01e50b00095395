import test from 'ava';
import type { Outcome } from '../../src/sources/outcome.js';
import { world } from './world.js';

test('what a call cost is settled in the log though the owner failed on its answer, and the symbol is asked for again', async t => {
  // No vendor's parser makes this; whatever an owner may fail on is as bad.
  const broken = { kind: 'records', observations: [undefined] } as unknown as Outcome;
  const { time, log, calls, events, stop } = world({
    symbols: ['A'],
    limits: [{ requests: 25, perMs: 86_400_000 }],
    answer: () => (calls.length === 1 ? broken : { kind: 'empty', detail: 'no bars' }),
  });
  await time.advance(10_000);
  t.true(events.some(({ kind }) => kind === 'actor-restarted'));
  const [[, charge] = []] = [...log.range('charge/fake/')];
  const { doneMs, weight } = JSON.parse(Buffer.from(charge!).toString()) as { doneMs?: number; weight: number };
  t.is(weight, 1);
  t.true(doneMs! >= calls[0]!.atMs + 50, String(doneMs));
  await time.advance(120_000);
  t.true(calls.length > 1);
  stop();
});
