import test from 'ava';
import { crashRounds } from './crash-rounds.js';

test('a killed writer loses nothing acknowledged, tears nothing, and the next one takes over at once', async t => {
  const results = await Promise.all([crashRounds(7, 1), crashRounds(7, 2)]);
  t.deepEqual(
    results.flatMap(({ faults }) => faults),
    [],
  );
  t.true(results.every(({ acknowledged }) => acknowledged > 20));
});
