import test from 'ava';
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

for (const concurrency of [1, 3, 8])
  test(`with ${concurrency} calls at once and records refused at any point, items pulled are those acknowledged and those in lanes, exactly; where nothing is acknowledged, no further call is made`, async t => {
    const held: (() => void)[] = [];
    let stall: 'none' | 'all' | 'records' = 'none';
    const { time, calls, events, running, stop } = world({
      symbols: Array.from({ length: 40 }, (_, index) => `S${index}`),
      concurrency,
      log: {
        acknowledge: done => (stall === 'all' ? void held.push(done) : done()),
        fail: commit =>
          stall === 'records' && commit.batches.length > 0 ? new LogFailure('full', 'the log is full') : undefined,
      },
      answer: newest,
    });
    const acknowledged = (): number => events.filter(({ kind }) => kind === 'settled').length;
    const inLanes = (): number => [...running.peek().values()].reduce((sum, { inFlight }) => sum + inFlight, 0);
    const holds = (when: string): void => {
      t.true(calls.length === acknowledged() + inLanes(), `${when}: ${calls.length}, ${acknowledged()}, ${inLanes()}`);
      t.true(inLanes() <= 2 * concurrency, when);
    };
    for (const [round, sink] of (['records', 'all', 'records', 'all', 'records'] as const).entries()) {
      await time.advance(1_000 + round * 7_313);
      stall = sink;
      for (let step = 0; step < 5; step += 1) {
        await time.advance(17 + step * 20_011);
        if (sink === 'records') holds(`records refused, ${round}, ${step}`);
      }
      const before = calls.length;
      await time.advance(10 * minute);
      t.is(calls.length, before, 'a stalled sink stops polling');
      if (sink === 'records') t.is(inLanes(), 2 * concurrency);
      stall = 'none';
      for (const done of held.splice(0)) done();
      await time.advance(minute);
      holds(`flowing again, ${round}`);
      t.true(calls.length > before);
    }
    stop();
  });
