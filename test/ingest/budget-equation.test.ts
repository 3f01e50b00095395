import test from 'ava';
import { type HttpAnswer, HttpFailure } from '../../src/http/edge.js';
import { LogFailure } from '../../src/log/log.js';
import { isoInstant } from '../../src/records/instant.js';
import { type Call, world } from './world.js';

const minute = 60_000;

const newest = ({ work, atMs }: Call) => {
  const time = isoInstant(Math.floor(atMs / minute) * minute - minute);
  const prices = { open: '10', high: '20', low: '1', close: '10' };
  const [symbol = ''] = work.symbols;
  const bar = {
    kind: 'bar',
    symbol,
    interval: '1m',
    adjusted: false,
    time,
    date: time.slice(0, 10),
    ...prices,
  } as const;
  return { kind: 'records', observations: [bar] } as const;
};

/** The vendor answers nobody; the log acknowledges nothing, or refuses records and takes what is only state. */
type Stall = { readonly vendor?: true; readonly log?: 'silent' | 'refuses' };

const stalls: readonly Stall[] = [
  { log: 'refuses' },
  { log: 'silent' },
  { vendor: true },
  { vendor: true, log: 'refuses' },
  { log: 'silent' },
  { vendor: true, log: 'silent' },
  { log: 'refuses' },
];

/** The graph with valves at both ends, and what passed each point of it. */
function valved(concurrency: number) {
  let stall: Stall = {};
  const unacknowledged: (() => void)[] = [];
  const unanswered: (() => void)[] = [];
  const passed = { sent: 0, unsent: 0, answered: 0, acknowledged: 0 };
  const graph = world({
    symbols: Array.from({ length: 40 }, (_, index) => `S${index}`),
    concurrency,
    limits: [{ requests: 100_000, perMs: 86_400_000 }],
    log: {
      acknowledge: done => (stall.log === 'silent' ? void unacknowledged.push(done) : done()),
      fail: ({ batches, state = [] }) => {
        if (stall.log === 'refuses' && batches.length > 0) return new LogFailure('full', 'the log is full');
        // Each item writes the entry of its one symbol.
        passed.acknowledged += state.filter(([key]) => key.startsWith('series/')).length;
        return undefined;
      },
    },
    edge: () => {
      // Every tenth call finds no connection: its permit is given back.
      if ((passed.sent + passed.unsent) % 10 === 9) {
        passed.unsent += 1;
        return Promise.reject(new HttpFailure('connect', 'nobody listens'));
      }
      passed.sent += 1;
      return new Promise<HttpAnswer>(resolve => {
        const answer = (): void => {
          passed.answered += 1;
          resolve({ status: 200, headers: {}, body: Buffer.from('{}') });
        };
        const arrive = (): void => (stall.vendor ? void unanswered.push(answer) : answer());
        graph.time.schedule(arrive, 50);
      });
    },
    answer: newest,
  });
  const count = (kind: string): number => graph.events.filter(event => event.kind === kind).length;
  return {
    ...graph,
    passed,
    set(next: Stall): void {
      stall = next;
      if (!stall.vendor) for (const answer of unanswered.splice(0)) answer();
      if (stall.log !== 'silent') for (const done of unacknowledged.splice(0)) done();
    },
    granted: () => count('permit-granted'),
    /** Of the budget's own count, without what it gave back. */
    spent: () => graph.events.findLast(event => event.kind === 'quota')?.used,
    settled: () => count('polled'),
    inLanes: () => [...graph.running.peek().values()].reduce((sum, { inFlight }) => sum + inFlight, 0),
  };
}

for (const concurrency of [1, 3, 8])
  test(`with ${concurrency} calls at once and vendor, log or both stalled at any point, permits and items are all accounted for, exactly`, async t => {
    const graph = valved(concurrency);
    const { time, passed, granted, settled, inLanes } = graph;
    const holds = (when: string): void => {
      const { sent, unsent, answered, acknowledged } = passed;
      const inFlight = sent - answered;
      const unsettled = settled() - acknowledged;
      const figures = `${when}: ${JSON.stringify({ granted: granted(), ...passed, settled: settled(), inLanes: inLanes() })}`;
      t.true(granted() === sent + unsent, `a permit, a call: ${figures}`);
      t.true(granted() === settled() + inFlight, `permits are settled, given back or in flight: ${figures}`);
      t.true(granted() === acknowledged + inLanes(), `pulled is acknowledged or in a lane: ${figures}`);
      t.true(inLanes() === inFlight + unsettled, `in a lane: in flight or on the way to the log: ${figures}`);
      t.true(inFlight <= concurrency && inLanes() <= 2 * concurrency, figures);
    };
    for (const [round, stall] of stalls.entries()) {
      const named = `${round} ${JSON.stringify(stall)}`;
      await time.advance(1_000 + round * 7_313);
      graph.set(stall);
      for (let step = 0; step < 5; step += 1) {
        await time.advance(17 + step * 20_011);
        holds(`stalled ${named}, ${step}`);
      }
      const before = granted();
      await time.advance(10 * minute);
      t.is(granted(), before, 'what is stalled polls no more');
      holds(`stalled ${named}`);
      // Without a log no reservation is durable either: what was not permitted before the stall is not in a lane.
      if (stall.vendor && stall.log !== 'silent') t.true(passed.sent - passed.answered === concurrency, named);
      else if (stall.log === 'refuses') t.true(inLanes() === 2 * concurrency, named);
      graph.set({});
      await time.advance(minute);
      holds(`flowing again, ${named}`);
      t.true(granted() > before);
      await time.advance(minute - (time.now() % minute) + 30_000);
      t.is(inLanes(), 0, named);
      t.true(graph.spent() === granted() - passed.unsent, `${graph.spent()} of ${granted()} spent, ${named}`);
    }
    graph.stop();
  });
