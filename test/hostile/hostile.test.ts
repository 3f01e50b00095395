import test from 'ava';
import { askAll } from './ask.js';
import { faultOf } from './bounds.js';
import { cases } from './cases.js';

test('whatever a server answers is an outcome with a reason, through the real edge and the real parsers', async t => {
  const light = cases.filter(({ heavy }) => !heavy);
  const { code, answered, err } = await askAll(light, 1_000);
  t.is(code, 0, err);
  t.is(answered.length, light.length);
  for (const one of answered) t.is(faultOf(one), undefined, `${one.name}: ${one.outcome}`);
});
