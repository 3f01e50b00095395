import test from 'ava';
import { drawWorld } from './draw-world.js';
import { runWorld } from './world.js';

// More of them: npm run test:sim. These few are here so that a change that breaks the simulation itself is seen at once.
for (const seed of [1, 4, 5])
  test(`world ${seed} keeps its promises (npm run test:sim -- --seed ${seed})`, async t => {
    const { violations, records } = await runWorld(drawWorld(seed));
    t.deepEqual(violations, []);
    t.true(records > 0);
  });

test('the same seed goes the same way, to the last event', async t => {
  const [first, second] = [await runWorld(drawWorld(7)), await runWorld(drawWorld(7))];
  t.is(first.digest, second.digest);
  const other = await runWorld(drawWorld(8));
  t.not(first.digest, other.digest);
});
