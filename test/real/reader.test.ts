import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { ProducedRecord } from './kafka/admin.js';
import { startCluster } from './kafka/cluster.js';
import { countBack, readBack } from './kafka/read-back.js';

test('the reader sees what is lost, doubled, out of order, foreign, or in two partitions', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'financelake-reader-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const cluster = await startCluster({ brokers: 1, proxied: true });
  t.teardown(() => cluster.close());
  const { admin } = cluster;
  await admin.createTopic('quotes', 2, 1);
  const records: ProducedRecord[] = [
    [0, 'A', 'a1'],
    [1, 'B', 'b2'],
    [0, 'A', 'a2'],
    [0, 'A', 'a1'],
    [1, 'B', 'b1'],
    [1, 'B', 'strange'],
    [1, 'A', 'a4'],
    [0, 'C', 'b3'],
  ];
  await admin.produce(cluster.addresses('PROXIED'), 'quotes', records);
  const sent = ['A\ta1', 'A\ta2', 'A\ta3', 'A\ta4', 'B\tb1', 'B\tb2', 'B\tb3'];
  const expected = join(directory, 'expected');
  await writeFile(expected, sent.map(line => `${line}\n`).join(''));
  const { examples, ...counts } = await countBack(cluster, 'quotes', expected);
  t.deepEqual(counts, {
    expected: 7,
    records: 8,
    lost: 1,
    doubled: 1,
    doubledRuns: 1,
    outOfOrder: 1,
    unexpected: 1,
    mismatched: 1,
    split: 1,
    doubledIn: { 0: 1 },
  });
  t.deepEqual(examples.at(-1), 'lost a3 of A');
  const required = join(directory, 'required');
  await writeFile(required, 'A\ta1\n');
  const { expected: needed, lost } = await countBack(cluster, 'quotes', expected, required);
  t.deepEqual({ needed, lost }, { needed: 1, lost: 0 });
  const read = (await readBack(cluster, 'quotes')).filter(({ partition }) => partition === 1);
  t.deepEqual(read[1], { partition: 1, offset: 1, key: 'B', headers: { 'fl-id': 'b1' }, value: '{"id":"b1"}' });
  t.true(cluster.proxies[0]!.served > 0);
});
