import test from 'ava';
import fc from 'fast-check';
import { KafkaFailure, type KafkaFailureCode } from '../../../src/log/kafka/kafka-failure.js';
import { runs } from '../../property-runs.js';
import { batch, record } from '../record-contract.js';
import type { Fault } from './fake-kafka.js';
import { publishedWorld } from './published-world.js';

const codes: readonly KafkaFailureCode[] = [
  'unreachable',
  'not-leader',
  'too-few-replicas',
  'broker',
  'sequence',
  'authorization',
];
const fault: fc.Arbitrary<Fault | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  fc.constantFrom(...codes).map(code => ({ kind: 'refuse', failure: new KafkaFailure(code, code) }) as const),
  fc.integer({ min: 0, max: 40_000 }).map(afterMs => ({ kind: 'lost', afterMs }) as const),
  fc.integer({ min: 0, max: 40_000 }).map(afterMs => ({ kind: 'late', afterMs }) as const),
  fc.boolean().map(written => ({ kind: 'hangs', written }) as const),
);
/** One batch of a caller: partition, records, and milliseconds before it comes; and what another producer writes with it. */
const step = fc.record({
  partition: fc.nat(1),
  count: fc.integer({ min: 1, max: 9 }),
  waitMs: fc.integer({ min: 0, max: 2000 }),
  foreign: fc.nat(2),
});

test('under any faults each record is written once, in order, each batch whole, and each promise tells where', async t => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.array(fault, { maxLength: 25 }), async (steps, faults) => {
      const world = await publishedWorld(
        { fault: (_, call) => faults[call], latencyMs: 5 },
        { maxBatchRecords: 4, maxBatchBytes: 400 },
      );
      const wanted: string[][] = [[], []];
      let settled = 0;
      let told = true;
      for (const [at, { partition, count, waitMs, foreign }] of steps.entries()) {
        const keys = Array.from({ length: count }, (_, i) => `${at}.${i}`);
        wanted[partition]!.push(...keys);
        void world.publisher.publish(batch('t', partition, ...keys.map(key => record(key)))).then(({ positions }) => {
          settled++;
          const stored = world.kafka.records('t', partition);
          const found = positions.flatMap(({ offset, count: n }) =>
            stored.slice(offset, offset + n).map(({ key }) => key),
          );
          told &&= found.join() === keys.join();
        });
        for (let i = 0; i < foreign; i++) world.kafka.write(batch('t', partition, record(`foreign ${at}`)));
        await world.time.advance(waitMs);
      }
      await world.time.runUntil(() => settled === steps.length);
      const own = [0, 1].map(partition => world.keys(partition).filter(key => !key.startsWith('foreign')));
      t.deepEqual(own, wanted);
      t.true(told);
      t.deepEqual(world.kafka.breaches, []);
      t.is(world.publisher.heldBytes + world.publisher.heldRecords, 0);
    }),
    runs(150),
  );
});
