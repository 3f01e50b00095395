import test from 'ava';
import type { HttpAnswer } from '../../src/http/edge.js';
import { httpFailure } from '../../src/http/failure.js';
import { world } from './world.js';

const minute = 60_000;
const ok: HttpAnswer = { status: 200, headers: {}, body: Buffer.from('{}') };
const empty = { kind: 'empty', detail: 'no bars' } as const;

test('a look at a listing that never reached the vendor gives its quota back', async t => {
  let looks = 0;
  const { time, events, calls, stop } = world({
    listing: true,
    symbols: ['A'],
    every: 24 * 60 * minute,
    limits: [{ requests: 2, perMs: 24 * 60 * minute }],
    edge: async () => {
      looks += 1;
      if (looks > 4) return ok;
      throw httpFailure((['dns', 'connect', 'tls', 'refused-host'] as const)[looks - 1]!, 'http://fake');
    },
    answer: () => empty,
  });
  await time.runUntil(() => calls.length > 0, 60 * minute);
  t.is(looks, 6, 'four looks in vain, the fifth brought the list, and its symbol was polled');
  t.is(events.filter(({ kind }) => kind === 'permit-granted').length, 6);
  stop();
});

test('a look at a listing that may have reached the vendor counts as spent', async t => {
  let looks = 0;
  const { time, calls, stop } = world({
    listing: true,
    symbols: ['A'],
    limits: [{ requests: 2, perMs: 24 * 60 * minute }],
    edge: async () => {
      looks += 1;
      if (looks > 1) return ok;
      throw httpFailure('timeout', 'http://fake');
    },
    answer: () => empty,
  });
  await time.advance(60 * minute);
  t.is(looks, 2);
  t.is(calls.length, 0, 'the quota of two is spent by the looks');
  stop();
});

test('a drain ends the look at a listing that is under way', async t => {
  let call: AbortSignal | undefined;
  const { time, running, ended } = world({
    listing: true,
    edge: (_, signal) => {
      call = signal;
      return new Promise((_resolve, reject) =>
        signal!.addEventListener('abort', () => reject(httpFailure('aborted', 'http://fake'))),
      );
    },
    answer: () => empty,
  });
  await time.runUntil(() => call !== undefined, minute);
  t.false(call!.aborted);
  running.drain();
  await time.runUntil(() => ended() !== 'running', 0);
  t.is(ended(), 'complete');
  t.true(call!.aborted, 'else the process would live until the deadline of the call');
});
