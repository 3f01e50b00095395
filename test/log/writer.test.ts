import test from 'ava';
import fc from 'fast-check';
import { openMemoryLog } from '../../src/log/memory.js';
import { murmur2, partitionOf } from '../../src/log/murmur2.js';
import { Packer } from '../../src/log/packed/packer.js';
import { recordsIn } from '../../src/log/packed/unpack.js';
import { createWriter, mergePrepared } from '../../src/log/writer.js';
import { runs } from '../property-runs.js';
import { record } from './record-contract.js';

test('murmur2 gives the numbers of the Java client', t => {
  // From org.apache.kafka.common.utils.UtilsTest.testMurmur2 (Apache License 2.0).
  const vectors: Record<string, number> = {
    '21': -973932308,
    foobar: -790332482,
    'a-little-bit-long-string': -985981536,
    'a-little-bit-longer-string': -1486304829,
    lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
    abc: 479470107,
  };
  for (const [key, hash] of Object.entries(vectors)) t.is(murmur2(key), hash, key);
});

test('a key is hashed by its UTF-8 bytes, and its partition is never negative', t => {
  // The bytes of 'ü' are those of 'Ã¼' in Latin-1; the hash of the text must differ from the hash of its code unit.
  t.not(murmur2('ü'), murmur2('\u00c3\u00bc'));
  t.is(partitionOf('21', 6), (-973932308 & 0x7fffffff) % 6);
  const seen = new Set(Array.from({ length: 500 }, (_, i) => partitionOf(`S${i}é`, 6)));
  t.deepEqual(
    [...seen].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5],
  );
});

const log = () => {
  const opened = openMemoryLog();
  opened.ensureTopic('bars', { cleanup: 'delete', partitions: 6 });
  opened.ensureTopic('quotes', { cleanup: 'delete', partitions: 1 });
  return opened;
};
const outgoing = (topic: string, key: string) => ({ topic, ...record(key, '{}', { 'fl-id': `id-${key}` }) });

test('a writer places records by key and numbers them per partition, over new starts too', async t => {
  const first = log();
  const writer = createWriter(first, { name: 'source/av', epoch: 7 });
  const prepared = writer.prepare([
    outgoing('bars', 'IBM'),
    outgoing('quotes', 'IBM'),
    outgoing('bars', 'IBM'),
    outgoing('quotes', 'X'),
  ]);
  await first.append(
    mergePrepared([prepared, writer.prepare([outgoing('bars', 'IBM')])], [['cursor', Buffer.from('1')]]),
  );
  const partition = partitionOf('IBM', 6);
  const seqs = (of: typeof first, topic: string, at: number) =>
    of.read(topic, at, 0, 1e6).map(r => r.headers['fl-seq']);
  t.deepEqual(seqs(first, 'bars', partition), ['0', '1', '2']);
  t.deepEqual(seqs(first, 'quotes', 0), ['0', '1']);
  t.deepEqual(first.read('quotes', 0, 1, 1)[0]!.headers, {
    'fl-id': 'id-X',
    'fl-writer': 'source/av',
    'fl-seq': '1',
    'fl-epoch': '7',
  });
  t.is(Buffer.from(first.get('cursor')!).toString(), '1');
  const next = first.crash();
  await next.append(
    mergePrepared([createWriter(next, { name: 'source/av', epoch: 8 }).prepare([outgoing('bars', 'IBM')])]),
  );
  await next.append(
    mergePrepared([createWriter(next, { name: 'files/x', epoch: 0 }).prepare([outgoing('bars', 'IBM')])]),
  );
  t.deepEqual(seqs(next, 'bars', partition), ['0', '1', '2', '0', '0']);
});

test('a writer refuses a topic that was not created', t => {
  t.throws(() => createWriter(log(), { name: 'w', epoch: 0 }).prepare([outgoing('none', 'a')]), {
    instanceOf: RangeError,
  });
});

test('in whatever order topics and keys come, each record gets the place and the number that a map of counts gives it', t => {
  const one = fc.tuple(fc.constantFrom('bars', 'quotes'), fc.constantFrom('A', 'B', 'C', 'D', 'E'));
  fc.assert(
    fc.property(fc.array(fc.array(one, { maxLength: 12 }), { maxLength: 4 }), calls => {
      const writer = createWriter(log(), { name: 'w', epoch: 0 });
      const counts = new Map<string, number>();
      for (const records of calls) {
        const expected = new Map<string, string[]>();
        for (const [topic, key] of records) {
          const place = `${topic}/${partitionOf(key, topic === 'bars' ? 6 : 1)}`;
          const sequence = counts.get(place) ?? 0;
          counts.set(place, sequence + 1);
          expected.set(place, [...(expected.get(place) ?? []), `${key} ${sequence}`]);
        }
        const { batches, state } = writer.prepare(records.map(([topic, key]) => outgoing(topic, key)));
        t.deepEqual(
          batches.map(batch => [
            `${batch.topic}/${batch.partition}`,
            recordsIn(batch).map(({ key, headers }) => `${key} ${headers['fl-seq']}`),
          ]),
          [...expected],
        );
        t.deepEqual(
          state.map(([key, value]) => [key, Buffer.from(value!).toString()]),
          [...expected.keys()].map(place => [`seq/w/${place}`, String(counts.get(place))]),
        );
      }
    }),
    runs(200),
  );
});

test('packed records are numbered behind the others, and come back with all their headers', async t => {
  const log = openMemoryLog();
  log.ensureTopic('bars', { cleanup: 'delete', partitions: 2 });
  const writer = createWriter(log, { name: 'files/x', epoch: 0 });
  const packer = new Packer(2);
  for (const [at, key] of ['IBM', 'IBM', 'Ærø', 'IBM'].entries()) {
    packer.begin(key).any(`value ${at}`);
    packer.end([`id-${at}`]);
  }
  const packed = packer.take().map(({ partition, count, bytes }) => ({
    topic: 'bars',
    partition,
    packed: { count, bytes, names: ['fl-id'], common: { 'fl-schema': 'bar/1' } },
  }));
  await log.append(mergePrepared([writer.prepare([outgoing('bars', 'IBM')], packed)]));
  const of = (key: string) => log.read('bars', partitionOf(key, 2), 0, 1e6).filter(record => record.key === key);
  t.deepEqual(
    of('IBM')
      .slice(1)
      .map(({ value, headers }) => [Buffer.from(value).toString(), headers['fl-id']]),
    [
      ['value 0', 'id-0'],
      ['value 1', 'id-1'],
      ['value 3', 'id-3'],
    ],
  );
  const [danish] = of('Ærø');
  t.like(danish!.headers, { 'fl-id': 'id-2', 'fl-schema': 'bar/1', 'fl-writer': 'files/x', 'fl-epoch': '0' });
  for (const { partition } of log.ends('bars')) {
    const numbers = log.read('bars', partition, 0, 1e6).map(({ headers }) => Number(headers['fl-seq']));
    t.deepEqual(numbers, [...numbers.keys()]);
  }
  const [first] = packed;
  const cut = { ...first!, packed: { ...first!.packed, bytes: first!.packed.bytes.subarray(0, -1) } };
  await t.throwsAsync(log.append({ batches: [cut] }), { instanceOf: RangeError });
});
