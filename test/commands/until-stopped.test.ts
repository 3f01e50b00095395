import test from 'ava';
import { Observable, type Observer } from 'rxjs';
import { untilStopped } from '../../src/commands/until-stopped.js';
import { createTally } from '../../src/metrics/tally.js';
import type { Event } from '../../src/records/event.js';
import { createVirtualTime } from '../streams/virtual-time.js';

const drainMs = 30_000;
type Signal = 'SIGINT' | 'SIGTERM';

/** A graph that ends as the test says, stopped by a signal. */
function stopped(signal: Signal, ends: { drain?: boolean; abort?: boolean; inFlight?: number }) {
  const time = createVirtualTime(0);
  const events: Event[] = [];
  const tally = createTally(time);
  let graph: Observer<never> | undefined;
  let stop: ((signal: Signal) => unknown) | undefined;
  let subscribed = false;
  const running: Parameters<typeof untilStopped>[0]['running'] = {
    run: new Observable(subscriber => {
      graph = subscriber;
      subscribed = true;
      return () => {
        subscribed = false;
      };
    }),
    drain: () => void (ends.drain && graph!.complete()),
    abort: () => void (ends.abort && graph!.complete()),
    peek: () => new Map([['x', { inFlight: ends.inFlight ?? 0, stopped: undefined, desks: [], problems: [] }]]),
    listProblems: [],
  };
  const code = untilStopped({
    io: {
      onStop: handler => {
        stop = handler;
      },
    } as Parameters<typeof untilStopped>[0]['io'],
    say: () => undefined,
    running,
    shipping: undefined,
    once: false,
    report: event => void events.push(event),
    tally: () => tally.snapshot(),
    time,
    drainMs,
  });
  stop!(signal);
  return { time, code, drains: () => events.filter(({ kind }) => kind === 'drained'), isSubscribed: () => subscribed };
}

test('a graph that drains ends with 0 and leaves no timer behind', async t => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { time, code, drains } = stopped(signal, { drain: true });
    t.is(await code, 0);
    t.is(time.waiting, 0);
    t.is(drains().length, 1);
  }
});

test('a drain that is cut off at its deadline has the code of its signal, also where the graph then ends at once; its end is said once', async t => {
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const { time, code, drains } = stopped(signal, { abort: true, inFlight: 3 });
    await time.advance(drainMs - 1);
    t.is(drains().length, 0);
    await time.advance(1);
    t.is(await code, expected);
    t.is(time.waiting, 0, 'the process may end');
    await time.advance(10_000);
    t.deepEqual(drains(), [{ kind: 'drained', records: 0, calls: 0, abandoned: 3 }]);
  }
});

test('a graph that does not end when it is aborted either is left two seconds later', async t => {
  const { time, code, drains, isSubscribed } = stopped('SIGTERM', {});
  await time.advance(drainMs + 1_999);
  t.is(drains().length, 0);
  t.true(isSubscribed());
  await time.advance(1);
  t.is(await code, 143);
  t.is(drains().length, 1);
  t.false(isSubscribed());
});
