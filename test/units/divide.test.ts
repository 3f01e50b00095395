import test from 'ava';
import { divideUnits, encodeTold } from '../../src/units/divide.js';
import { partitionOfUnit } from '../../src/units/unit.js';

const partitions = Array.from({ length: 24 }, (_, at) => at);
const units = Array.from({ length: 6 }, (_, at) => [`source/s${at}`, `list/l${at}`]).flat();

const member = (id: string, holds: readonly string[] = [], known: readonly string[] = units) => ({
  id,
  said: encodeTold({ instance: `log-${id}`, units: known, holds }),
});

/** Units by member. */
const divided = (members: Parameters<typeof divideUnits>[0], of = units): Record<string, string[]> =>
  Object.fromEntries(
    Array.from(divideUnits(members, partitions), ([id, given]) => [
      id,
      of.filter(unit => given.includes(partitionOfUnit(unit, partitions.length))),
    ]),
  );
const sourcesIn = (of: readonly string[] = []): number => of.filter(unit => unit.startsWith('source/')).length;

test('every unit has one owner, and sources are spread evenly', t => {
  for (const count of [1, 2, 3, 6]) {
    const members = Array.from({ length: count }, (_, at) => member(`m${at}`));
    const shares = divided(members);
    t.deepEqual(Object.values(shares).flat().sort(), [...units].sort());
    for (const share of Object.values(shares)) t.is(sourcesIn(share), 6 / count);
  }
});

test('who holds a source keeps it while that is fair', t => {
  const one = divided([member('a')]);
  const two = divided([member('a', one.a), member('b')]);
  t.is(sourcesIn(two.a), 3);
  const three = divided([member('a', two.a), member('b', two.b), member('c')]);
  for (const [name, before] of Object.entries(two))
    t.deepEqual(
      three[name]!.filter(unit => unit.startsWith('source/')).filter(unit => !before.includes(unit)),
      [],
    );
  const again = divided([member('b', three.b), member('a', three.a), member('c', three.c)]);
  t.deepEqual(again, three);
  const left = divided([member('a', three.a), member('c', three.c)]);
  for (const name of ['a', 'c']) for (const unit of three[name]!) t.true(left[name]!.includes(unit));
});

test('a unit goes to a member whose configuration has it', t => {
  const shares = divided([member('a', [], []), member('b')]);
  t.deepEqual([shares.a, shares.b?.length], [[], units.length]);
});

test('members that nobody understands get nothing, and more members than units leave some without', t => {
  const shares = divideUnits([{ id: 'x', said: 'hello' }, { id: 'y', said: '{"units":3}' }, member('a')], partitions);
  t.deepEqual([shares.get('x'), shares.get('y')], [[], []]);
  t.is(divideUnits([], partitions).size, 0);
  const many = divided(Array.from({ length: 30 }, (_, at) => member(`m${at}`)));
  t.deepEqual(Object.values(many).flat().sort(), [...units].sort());
});
