import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { adapters } from './adapters.js';
import { type KafkaCluster, startCluster } from './kafka/cluster.js';

const MiB = 2 ** 20;
const maxHeldBytes = 32 * MiB;
const child = fileURLToPath(new URL('memory-child.js', import.meta.url));

interface Memory {
  readonly before: number;
  readonly most: number;
  readonly after: number;
  readonly held: number;
  readonly isStillHeld: boolean;
}

let kafka: KafkaCluster;
test.before(async () => {
  kafka = await startCluster({ brokers: 1 });
});
test.after.always(() => kafka?.close());

for (const [client] of adapters)
  test.serial(
    `${client}: a publisher that is full while Kafka is frozen holds three times its bound at most, and nothing of it once all is acknowledged`,
    async t => {
      // More batches may be under way than there is room for: all of what is held is in flight.
      const partitions = 48;
      await kafka.admin.createTopic(`memory-${client}`, partitions, 1);
      const [broker] = kafka.addresses('DIRECT');
      const options = { execArgv: ['--expose-gc'] };
      const run = fork(child, [client, broker!, `memory-${client}`, String(partitions)], options);
      const ended = once(run, 'close');
      let memory: Memory | undefined;
      run.on('message', (said: string | Memory) => {
        if (typeof said !== 'string') memory = said;
        else {
          for (const each of kafka.brokers) if (said === 'freeze') each.pause();
          for (const each of kafka.brokers) if (said === 'wake') each.resume();
          run.send('done');
        }
      });
      t.deepEqual(await ended, [0, null]);
      const { before, most, after, held, isStillHeld } = memory!;
      t.true(isStillHeld, 'nothing was acknowledged meanwhile');
      t.true(held > 0.95 * maxHeldBytes && held <= maxHeldBytes, `${held} held`);
      t.log(
        `held ${(held / MiB).toFixed(1)} MiB, memory in use grew by ${((most - before) / MiB).toFixed(1)} MiB, afterwards ${((after - before) / MiB).toFixed(1)} MiB`,
      );
      t.true(most - before <= 3 * maxHeldBytes, `${(most - before) / MiB} MiB`);
      t.true(after - before <= 4 * MiB, `${(after - before) / MiB} MiB are left`);
    },
  );
