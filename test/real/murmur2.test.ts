import test from 'ava';
import { murmur2 } from '../../src/log/murmur2.js';
import { seeded } from '../log/seeded.js';
import { obtainKafka } from './kafka/obtain.js';
import { runJava } from './kafka/processes.js';

/** Of one to four bytes in UTF-8, and what symbols are made of. */
const letters = ['A', 'B', 'C', 'Z', '0', '9', '.', '-', '/', '^', '=', 'é', 'ß', 'Ω', 'Ж', '株', '€', '한', '𝔸', '😀'];

test('a key is hashed as by the Java client: 10,000 keys of all lengths, a third of them beyond ASCII', async t => {
  const random = seeded(20_251);
  const keys = Array.from({ length: 10_000 }, (_, at) => {
    const choice = at % 3 === 0 ? letters : letters.slice(0, 11);
    return Array.from({ length: at % 41 }, () => choice[Math.floor(random() * choice.length)]!).join('');
  });
  const input = keys.map(key => `${Buffer.from(key).toString('base64')}\n`).join('');
  const output = await runJava(await obtainKafka(), { main: 'Murmur2', args: [], heapMiB: 64 }, input);
  const hashes = output.trimEnd().split('\n').map(Number);
  t.is(hashes.length, keys.length);
  t.true(keys.filter(key => Buffer.byteLength(key) > key.length).length > 2500);
  t.deepEqual(
    keys.filter((key, at) => murmur2(key) !== hashes[at]),
    [],
  );
});
