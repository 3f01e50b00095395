import test from 'ava';
import fc from 'fast-check';
import { EMPTY, Observable, of, Subject, type Subscriber, timer } from 'rxjs';
import { batchBy } from '../../src/streams/batch-by.js';
import { conflateByKey } from '../../src/streams/conflate-by-key.js';
import { credits } from '../../src/streams/credits.js';
import { groupWhileBusy } from '../../src/streams/group-while-busy.js';
import { poll } from '../../src/streams/poll.js';
import { pullMap } from '../../src/streams/pull-map.js';
import { runs } from '../property-runs.js';
import { createVirtualTime } from './virtual-time.js';

/** How long a pull and its work take in ms, 0 for at once; and what becomes of the work. */
const job = fc.record({
  pullMs: fc.nat(5),
  workMs: fc.nat(9),
  end: fc.constantFrom('done', 'done', 'done', 'done', 'done', 'done', 'done', 'done', 'done', 'fails'),
});

test('property: pullMap never holds more than its lanes, works on each item once, and an error or unsubscribing lets go of all', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(job, { maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      fc.option(fc.nat(60)),
      async (jobs, concurrency, leaveMs) => {
        const time = createVirtualTime(0);
        const pulled: number[] = [];
        const done: number[] = [];
        let held = 0;
        let most = 0;
        let asked = 0;
        const after = (ms: number): Observable<unknown> => (ms === 0 ? of(0) : timer(ms, time));
        const pull = () =>
          new Observable<number>(subscriber => {
            most = Math.max(most, ++held);
            const at = asked++;
            const one = jobs[at];
            let given = false;
            const inner = (one === undefined ? EMPTY : after(one.pullMs)).subscribe({
              next: () => {
                given = true;
                pulled.push(at);
                subscriber.next(at);
              },
              complete: () => subscriber.complete(),
            });
            return () => {
              // An item that was given is held by its work from then on.
              if (!given) held -= 1;
              inner.unsubscribe();
            };
          });
        const work = (at: number) =>
          new Observable<number>(subscriber => {
            const { workMs, end } = jobs[at]!;
            let left = false;
            // Before the end is told: the lane pulls again within that.
            const leave = (): void => {
              if (!left) held -= 1;
              left = true;
            };
            const inner = after(workMs).subscribe(() => {
              leave();
              if (end === 'fails') return subscriber.error(new Error('fails'));
              subscriber.next(at);
              subscriber.complete();
            });
            return () => {
              leave();
              inner.unsubscribe();
            };
          });
        let ended: string = 'running';
        const subscription = pullMap(pull, work, { concurrency }).subscribe({
          next: at => done.push(at),
          error: () => {
            ended = 'error';
          },
          complete: () => {
            ended = 'complete';
          },
        });
        if (leaveMs !== null) {
          await time.advance(leaveMs);
          subscription.unsubscribe();
        } else await time.advance(10_000);
        t.true(most <= concurrency, `${most} of ${concurrency}`);
        t.is(new Set(done).size, done.length);
        t.is(held, 0);
        t.is(time.waiting, 0);
        if (ended === 'complete') t.is(done.length, jobs.length);
        if (leaveMs === null) t.is(ended, jobs.some(({ end }) => end === 'fails') ? 'error' : 'complete');
        t.is(new Set(pulled).size, pulled.length);
      },
    ),
    runs(150),
  );
});

const arrivals = fc.array(fc.record({ waitMs: fc.nat(8), bytes: fc.integer({ min: 1, max: 9 }) }), { maxLength: 40 });

test('property: batchBy keeps order and loses nothing; no batch exceeds its count, its bytes (but for one element) or its age', async t => {
  await fc.assert(
    fc.asyncProperty(
      arrivals,
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      async (items, maxCount, maxBytes, maxAgeMs) => {
        const time = createVirtualTime(0);
        const source = new Subject<{ at: number; n: number; bytes: number }>();
        const out: number[] = [];
        source
          .pipe(batchBy({ maxCount, maxBytes, sizeOf: ({ bytes }) => bytes, maxAgeMs, scheduler: time }))
          .subscribe(batch => {
            t.true(batch.length <= maxCount);
            t.true(batch.length === 1 || batch.reduce((sum, { bytes }) => sum + bytes, 0) <= maxBytes);
            t.true(time.monotonicMs() - batch[0]!.at <= maxAgeMs);
            out.push(...batch.map(({ n }) => n));
          });
        for (const [n, { waitMs, bytes }] of items.entries()) {
          await time.advance(waitMs);
          source.next({ at: time.monotonicMs(), n, bytes });
        }
        source.complete();
        t.deepEqual(out, [...items.keys()]);
        t.is(time.waiting, 0);
      },
    ),
    runs(100),
  );
});

test('property: groupWhileBusy and conflateByKey run one effect at a time; one loses nothing, the other keeps the newest of each key', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ waitMs: fc.nat(5), key: fc.nat(3) }), { maxLength: 40 }),
      fc.nat(12),
      fc.integer({ min: 1, max: 5 }),
      async (items, effectMs, maxCount) => {
        const time = createVirtualTime(0);
        const source = new Subject<{ key: number; n: number }>();
        let running = 0;
        const once = <T>(seen: T[], group: readonly T[]) =>
          new Observable<never>(subscriber => {
            running += 1;
            seen.push(...group);
            const inner = timer(effectMs, time).subscribe(() => subscriber.complete());
            return () => {
              running -= 1;
              inner.unsubscribe();
            };
          });
        const grouped: { key: number; n: number }[] = [];
        const newest: { key: number; n: number }[] = [];
        let most = 0;
        const watch = () => {
          most = Math.max(most, running);
        };
        source
          .pipe(
            groupWhileBusy(
              group => {
                t.true(group.length <= maxCount);
                const effect = once(grouped, group);
                return effect;
              },
              { maxCount },
            ),
          )
          .subscribe();
        source
          .pipe(
            conflateByKey(
              ({ key }: { key: number; n: number }) => String(key),
              (item: { key: number; n: number }) => once(newest, [item]),
            ),
          )
          .subscribe();
        for (const [n, { waitMs, key }] of items.entries()) {
          await time.advance(waitMs);
          source.next({ key, n });
          watch();
        }
        source.complete();
        await time.advance(100_000);
        t.true(most <= 2, 'one effect of each of the two');
        t.deepEqual(
          grouped.map(({ n }) => n),
          [...items.keys()],
        );
        for (const key of new Set(items.map(one => one.key))) {
          const seen = newest.filter(one => one.key === key).map(({ n }) => n);
          t.is(
            seen.at(-1),
            items.findLastIndex(one => one.key === key),
          );
          t.deepEqual(
            seen,
            seen.toSorted((a, b) => a - b),
          );
        }
        t.is(running, 0);
      },
    ),
    runs(100),
  );
});

test('property: credits never exceed their number, are granted in the order of asking, and none is lost by one who leaves', t => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.constantFrom('take', 'take', 'give', 'leave'), { maxLength: 60 }),
      (max, steps) => {
        const bucket = credits(max);
        const waiting: number[] = [];
        const granted: number[] = [];
        const takers: { unsubscribe(): void }[] = [];
        let model = 0;
        let asked = 0;
        for (const step of steps) {
          if (step === 'take') {
            const at = asked++;
            if (model < max && waiting.length === 0) model += 1;
            else waiting.push(at);
            takers[at] = bucket.take().subscribe(() => granted.push(at));
          } else if (step === 'give' && model > 0) {
            bucket.give(1);
            if (waiting.shift() === undefined) model -= 1;
          } else if (step === 'leave' && waiting.length > 0) takers[waiting.pop()!]!.unsubscribe();
          t.is(bucket.outstanding, model);
          t.true(bucket.outstanding <= max);
        }
        t.deepEqual(
          granted,
          granted.toSorted((a, b) => a - b),
        );
      },
    ),
    runs(200),
  );
});

test('property: poll never runs two at once, whatever each takes, and starts each at the pace or when the last ends', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(30), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 20 }),
      async (durations, everyMs) => {
        const time = createVirtualTime(0);
        const starts: number[] = [];
        let running = 0;
        const polling = poll(
          () =>
            new Observable<never>((subscriber: Subscriber<never>) => {
              running += 1;
              t.is(running, 1);
              const takes = durations[starts.push(time.monotonicMs()) - 1];
              const inner = takes === undefined ? undefined : timer(takes, time).subscribe(() => subscriber.complete());
              return () => {
                running -= 1;
                inner?.unsubscribe();
              };
            }),
          { everyMs, scheduler: time },
        ).subscribe();
        await time.advance(2_000);
        polling.unsubscribe();
        let expected = 0;
        for (const [at, started] of starts.entries()) {
          t.is(started, expected);
          expected += Math.max(everyMs, durations[at] ?? 0);
        }
        t.is(starts.length, durations.length + 1);
        t.is(time.waiting, 0);
      },
    ),
    runs(60),
  );
});
