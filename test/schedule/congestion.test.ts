import test from 'ava';
import fc from 'fast-check';
import { createCongestion } from '../../src/schedule/congestion.js';
import { seeded } from '../log/seeded.js';
import { replaying, runs } from '../property-runs.js';

interface Server {
  /** Calls that it works on at once; the others wait in line. */
  readonly workers: number;
  readonly serviceMs: number;
}

/** The way there and back. */
const wayMs = 20;
const spanMs = 600_000;

/** A caller with endless work before a server with a queue. @returns for each server, of the best possible throughput what was reached, and the latency as a multiple of an unloaded call's */
function serve(
  servers: readonly Server[],
  most: number,
  seed: number,
): { readonly share: number; readonly slower: number }[] {
  const random = seeded(seed);
  const congestion = createCongestion(most);
  const line: { atMs: number }[] = [];
  let events: { readonly atMs: number; readonly work: () => void }[] = [];
  let [nowMs, open, busy, done, sumMs] = [0, 0, 0, 0, 0];
  let server = servers[0]!;

  const at = (atMs: number, work: () => void): void => {
    const index = events.findIndex(other => other.atMs > atMs);
    events.splice(index < 0 ? events.length : index, 0, { atMs, work });
  };
  function begin(): void {
    while (busy < server.workers && line.length > 0) {
      const call = line.shift()!;
      busy += 1;
      at(nowMs + server.serviceMs * (0.5 + random()), () => {
        busy -= 1;
        at(nowMs + wayMs * (0.8 + 0.4 * random()), () => {
          open -= 1;
          done += 1;
          sumMs += nowMs - call.atMs;
          congestion.answered(call.atMs, true, nowMs);
          ask();
        });
        begin();
      });
    }
  }
  function ask(): void {
    for (; open < congestion.cap; open++) line.push({ atMs: nowMs });
    begin();
  }

  return servers.map(next => {
    server = next;
    [done, sumMs] = [0, 0];
    const endMs = nowMs + spanMs;
    ask();
    for (let event = events[0]; event !== undefined && event.atMs <= endMs; event = events[0]) {
      events = events.slice(1);
      nowMs = event.atMs;
      event.work();
    }
    nowMs = endMs;
    const best = Math.min(server.workers / server.serviceMs, most / (server.serviceMs + wayMs)) * spanMs;
    return { share: done / best, slower: sumMs / done / (server.serviceMs + wayMs) };
  });
}

test('a server that gets slower, loses workers and gets them back is used to 93 % in the mean and 80 % at worst, with calls at most four times as slow as unloaded ones', t => {
  const shares: number[] = [];
  const server = fc.record({ workers: fc.constantFrom(2, 3, 5, 8, 13, 20), serviceMs: fc.constantFrom(100, 200, 400) });
  fc.assert(
    fc.property(
      fc.array(server, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(4, 10, 32),
      fc.integer(),
      (servers, most, seed) => {
        const told = serve(servers, most, seed);
        const share = told.reduce((sum, one) => sum + one.share, 0) / told.length;
        const slower = told.reduce((sum, one) => sum + one.slower, 0) / told.length;
        shares.push(share);
        if (share < 0.8 || slower > 4)
          throw new Error(`${share} of the best, ${slower} times as slow: ${JSON.stringify(told)}`);
      },
    ),
    runs(8),
  );
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  t.log(`${(100 * mean).toFixed(1)} % of the best throughput in the mean`);
  t.true(replaying || mean > 0.93, `${mean}`);
});

test('of many more calls than a server works on the search leaves about as many as it does', t => {
  const server = { workers: 5, serviceMs: 100 };
  const [first, told] = serve([server, server], 200, 7);
  t.true(first!.share > 0.97, `${first!.share}`);
  t.true(told!.share > 0.93, `${told!.share}`);
  // All 200 at once would be 33 times as slow, and the first of them are.
  t.true(told!.slower < 2, `${told!.slower}`);
});

test('latency that has nothing to do with load costs a few calls for looking, and no more', t => {
  const [told] = serve([{ workers: 1000, serviceMs: 300 }], 10, 3);
  t.true(told!.share > 0.95, `${told!.share}`);
});

test('calls that fail lower it, and it never leaves one and what the config allows', t => {
  const congestion = createCongestion(10);
  let nowMs = 0;
  const answer = (ok: boolean): number => {
    nowMs += 10;
    congestion.answered(nowMs - 5, ok, nowMs);
    return congestion.cap;
  };
  const answers = (count: number, ok: boolean): number[] => Array.from({ length: count }, () => answer(ok));
  t.is(answers(2000, false).at(-1), 1);
  const raised = answers(20_000, true);
  t.is(Math.max(...raised), 10);
  t.is(Math.max(...raised.slice(-1000)), 10);
  t.is(Math.min(...raised), 1);
});
