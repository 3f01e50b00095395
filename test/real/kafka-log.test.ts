import { randomBytes } from 'node:crypto';
import test from 'ava';
import type { Cluster, ConnectCluster } from '../../src/log/kafka/cluster.js';
import { KafkaFailure } from '../../src/log/kafka/kafka-failure.js';
import { openKafkaLog } from '../../src/log/kafka/kafka-log.js';
import { createPublisher } from '../../src/log/kafka/publisher.js';
import { LogFailure } from '../../src/log/log.js';
import { realTime } from '../../src/streams/time.js';
import { batch, drain, keysOf, type OpenedRecords, record, recordContract, text } from '../log/record-contract.js';
import { adapters, clientOptions } from './adapters.js';
import { type KafkaCluster, startCluster } from './kafka/cluster.js';
import { prefixedLog } from './prefixed-log.js';

let kafka: KafkaCluster;
test.before(async () => {
  kafka = await startCluster({ brokers: 1 });
});
test.after.always(() => kafka?.close());

let logs = 0;

async function openAs(connect: ConnectCluster, prefix: string): Promise<OpenedRecords> {
  const cluster = await connect(clientOptions(kafka.addresses('DIRECT')));
  const times = { time: realTime, random: Math.random, sendDeadlineMs: 60_000, settleMs: 10_000 };
  const publisher = createPublisher({ cluster, ...times });
  const log = prefixedLog(openKafkaLog({ cluster, publisher, replication: 1, closeDeadlineMs: 10_000 }), prefix);
  return {
    log,
    // Kafka's default for a batch with its frame is 1,048,588 bytes.
    largestValue: 1_048_400,
    async reopen() {
      await log.close();
      return openAs(connect, prefix);
    },
  };
}

for (const [client, connect] of adapters) {
  test.serial(
    `${client}: a broker that says nothing keeps a call no longer than its time-out, and closing no longer than its deadline`,
    async t => {
      const cluster = await connect(clientOptions(kafka.addresses('DIRECT'), { requestTimeoutMs: 1000 }));
      const topic = `${client}-mute`;
      await cluster.createTopic(topic, { partitions: 1, replication: 1, cleanup: 'delete' });
      await cluster.publish(batch(topic, 0, record('a')));
      kafka.brokers[0]!.pause();
      t.teardown(() => kafka.brokers[0]!.resume());
      const call = t.throwsAsync(cluster.publish(batch(topic, 0, record('b'))), { instanceOf: KafkaFailure });
      const reading = t.throwsAsync(cluster.read(topic, 0, 0, 1000), { instanceOf: KafkaFailure });
      await call;
      await reading;
      const other = t.throwsAsync(cluster.publish(batch(topic, 0, record('c'))), { code: 'closed' });
      await cluster.close(100);
      await other;
      await t.throwsAsync(cluster.ends(topic), { code: 'closed' });
      kafka.brokers[0]!.resume();
    },
  );

  test(`${client}: a fresh producer goes on in order, and doubles nothing that had arrived`, async t => {
    const cluster = await connect(clientOptions(kafka.addresses('DIRECT')));
    t.teardown(() => cluster.close(5000));
    const topic = `${client}-renewed`;
    await cluster.createTopic(topic, { partitions: 2, replication: 1, cleanup: 'delete' });
    let calls = 0;
    // Each third answer is lost and says that the producer is of no more use: before it was sent, or after it was written.
    const losing: Cluster = {
      ...cluster,
      async publish(given) {
        const nth = calls++;
        const lost = new KafkaFailure('sequence', 'out of order');
        if (nth % 6 === 2) throw lost;
        const base = await cluster.publish(given);
        if (nth % 6 === 5) throw lost;
        return base;
      },
    };
    const found: boolean[] = [];
    const publisher = createPublisher({
      cluster: losing,
      time: realTime,
      random: () => 0,
      sendDeadlineMs: 60_000,
      settleMs: 100,
      tell: event => event.kind === 'looked' && found.push(event.found),
    });
    const names = Array.from({ length: 40 }, (_, i) => `k${i}`);
    for (const [i, name] of names.entries())
      await publisher.publish(batch(topic, i % 2, record(name), record(`${name}b`)));
    const stored = await Promise.all(
      [0, 1].map(async partition => keysOf(await drain(cluster, topic, partition, 1e6))),
    );
    t.deepEqual(
      stored,
      [0, 1].map(partition => names.filter((_, i) => i % 2 === partition).flatMap(name => [name, `${name}b`])),
    );
    t.true(found.includes(true) && found.includes(false));
  });

  recordContract(
    (title, run) => test(`${client}: ${title}`, run),
    () => openAs(connect, `${client}-${logs++}-`),
  );

  test(`${client}: a topic is created as configured, found as it is, and one of another shape is refused with the mend`, async t => {
    const cluster = await connect(clientOptions(kafka.addresses('DIRECT')));
    t.teardown(() => cluster.close(5000));
    const topic = `${client}-shape`;
    t.is(await cluster.describeTopic(topic), undefined);
    await cluster.createTopic(topic, { partitions: 5, replication: 1, cleanup: 'compact' });
    t.like(await cluster.describeTopic(topic), { partitions: 5, replication: 1, cleanup: 'compact', minInsync: 1 });
    const again = cluster.createTopic(topic, { partitions: 5, replication: 1, cleanup: 'compact' });
    await t.throwsAsync(again, { instanceOf: KafkaFailure, code: 'topic-exists' });
    const wide = cluster.createTopic(`${topic}-wide`, { partitions: 1, replication: 3, cleanup: 'delete' });
    await t.throwsAsync(wide, {
      code: 'topic-invalid',
      message: /fewer brokers than replicas.*topicDefaults.replication/,
    });
    const { log } = await openAs(connect, '');
    t.teardown(() => log.close());
    await t.throwsAsync(async () => log.ensureTopic(topic, { cleanup: 'delete', partitions: 5 }), {
      instanceOf: LogFailure,
      message: /cleanup.policy 'compact', not 'delete': kafka-configs --alter/,
    });
    t.is(cluster.id, await kafka.admin.clusterId());
    t.deepEqual(
      (await cluster.brokers()).map(({ id }) => id),
      [1],
    );
  });

  test(`${client}: each compression that this Node has is read back, and records too large for the brokers come back alone`, async t => {
    const topic = `${client}-compressed`;
    await kafka.admin.createTopic(topic, 1, 1);
    await kafka.admin.fullIsr();
    const names: string[] = [];
    for (const compression of ['none', 'gzip', 'zstd'] as const) {
      const options = clientOptions(kafka.addresses('DIRECT'), { compression });
      if (compression === 'zstd' && !('zstdCompress' in (await import('node:zlib')))) {
        await t.throwsAsync(connect(options), { code: 'unsupported', message: /Node 22.15 or later/ });
        continue;
      }
      const cluster = await connect(options);
      t.teardown(() => cluster.close(5000));
      const times = { time: realTime, random: Math.random, sendDeadlineMs: 60_000, settleMs: 10_000 };
      const publisher = createPublisher({ cluster, ...times });
      const some = Array.from({ length: 100 }, (_, i) => record(`${compression}${i}`, 'x'.repeat(500)));
      // No compression brings it below the limit.
      const noise = randomBytes(1_100_000);
      const { refused } = await publisher.publish(
        batch(topic, 0, ...some.slice(0, 50), record('big', noise), ...some.slice(50)),
      );
      t.deepEqual(
        refused.map(({ index, failure }) => [index, failure.code]),
        [[50, 'too-large']],
      );
      names.push(...some.map(({ key }) => key));
      const found = await drain(cluster, topic, 0, 1e6);
      t.deepEqual(
        keysOf(found)
          .filter(key => key !== 'big')
          .slice(0, names.length),
        names,
      );
    }
  });

  test(`${client}: a tail read of each partition takes one look, without a group`, async t => {
    const cluster = await connect(clientOptions(kafka.addresses('DIRECT')));
    t.teardown(() => cluster.close(5000));
    const topic = `${client}-tails`;
    await cluster.createTopic(topic, { partitions: 12, replication: 1, cleanup: 'delete' });
    for (let partition = 0; partition < 12; partition++)
      await cluster.publish(batch(topic, partition, record('a'), record('b'), record(`last${partition}`)));
    const tails = await Promise.all(
      (await cluster.ends(topic)).map(async ({ partition, end }) =>
        keysOf(await cluster.read(topic, partition, end - 1, 1)),
      ),
    );
    t.deepEqual(
      tails,
      Array.from({ length: 12 }, (_, partition) => [`last${partition}`]),
    );
  });

  test(`${client}: compaction leaves holes, and a read goes on behind them`, async t => {
    const cluster = await connect(clientOptions(kafka.addresses('DIRECT')));
    t.teardown(() => cluster.close(5000));
    const topic = `${client}-holes`;
    const eager = {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.01',
      'min.compaction.lag.ms': '0',
    };
    await kafka.admin.createTopic(topic, 1, 1, { ...eager, 'max.compaction.lag.ms': '100' });
    await kafka.admin.fullIsr();
    for (let i = 0; i < 40; i++)
      await cluster.publish(batch(topic, 0, record('same', `${i}`), record(`k${i % 3}`, `${i}`)));
    // The active segment is never compacted: something has to be written for the next one.
    let found = await drain(cluster, topic, 0, 1e6);
    for (const endMs = Date.now() + 90_000; found[0]!.offset === 0 && Date.now() < endMs; ) {
      await cluster.publish(batch(topic, 0, record('roll', '')));
      await new Promise(resolve => setTimeout(resolve, 100));
      found = await drain(cluster, topic, 0, 1e6);
    }
    t.true(found[0]!.offset > 0 && found.length <= found.at(-1)!.offset, `${found.length} from ${found[0]!.offset}`);
    t.is(text(found.findLast(({ key }) => key === 'same')?.value), '39');
    t.true(found.every(({ key, value }) => key !== 'roll' || value.length === 0));
  });
}
