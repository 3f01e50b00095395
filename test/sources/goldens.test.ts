import test from 'ava';
import { plainValues } from '../records/plain.js';
import { type Golden, goldens, parsed } from './goldens.js';

/** Texts for people are compared only where the golden gives them; they must be one line of at most 200 characters always. */
function comparable(outcome: object, expected: object): object {
  const shown = { ...outcome } as { detail?: string; warning?: string; rejected?: readonly { code: string }[] };
  if (!('detail' in expected)) delete shown.detail;
  if (!('warning' in expected)) delete shown.warning;
  if (shown.rejected) shown.rejected = shown.rejected.map(({ code }) => ({ code }));
  return shown;
}

for (const golden of goldens) {
  test(`${golden.name} comes to ${golden.outcome.kind}`, t => {
    const outcome = parsed(golden, golden.answer);
    t.deepEqual(comparable(outcome, golden.outcome), golden.outcome);
    if ('detail' in outcome) t.regex(outcome.detail, /^[^\r\n]{1,200}$/);
    if ('warning' in golden.outcome) return;
    t.false('warning' in outcome);
  });
}

const find = (name: string): Golden => goldens.find(golden => golden.name === `alpha-vantage/${name}`)!;

test('every body has its expectation and every vendor has bodies', t => {
  t.true(goldens.filter(({ name }) => name.startsWith('alpha-vantage/')).length > 100);
  t.true(goldens.filter(({ name }) => name.startsWith('kraken/')).length > 20);
});

test('the hundred minutes of MSFT are those of the published figures', t => {
  const outcome = parsed(find('real-intraday-1min'), find('real-intraday-1min').answer);
  if (outcome.kind !== 'records') return t.fail(outcome.kind);
  const volumes = outcome.observations.map(({ volume }) => Number(volume));
  t.is(outcome.observations.length, 100);
  t.is(outcome.observations[0]?.time, '2017-12-18T18:17:00Z');
  t.is(outcome.observations.at(-1)?.time, '2017-12-18T19:56:00Z');
  t.is(
    volumes.reduce((sum, volume) => sum + volume, 0),
    2_608_133,
  );
});

test('wherever a body is cut, nothing is published that the whole body does not hold', t => {
  // Which of two repeated hours a row is in can only be told by its neighbours; US stocks have no rows then.
  const left = /real-intraday-1min|repeated-hour/;
  const cuttable = goldens.filter(({ name, outcome }) => outcome.kind === 'records' && !left.test(name));
  let published = 0;
  for (const golden of cuttable) {
    if (golden.outcome.kind !== 'records') continue;
    const whole = new Set(golden.outcome.observations.map(one => `${one.symbol} ${one.time} ${plainValues(one)}`));
    for (let bytes = 0; bytes < golden.answer.body.length; bytes += 1) {
      const outcome = parsed(golden, { ...golden.answer, body: golden.answer.body.subarray(0, bytes) });
      if (outcome.kind !== 'records') continue;
      for (const one of outcome.observations) {
        published += 1;
        const row = `${one.symbol} ${one.time} ${plainValues(one)}`;
        if (!whole.has(row)) t.fail(`${golden.name} cut at ${bytes}: ${row}`);
      }
    }
  }
  t.true(published > 50, `published ${published}`);
});

test('a listing that is cut anywhere but behind its last row is no listing', t => {
  const golden = find('listing');
  const { body } = golden.answer;
  for (let bytes = 0; bytes < body.length - 2; bytes += 1) {
    const outcome = parsed(golden, { ...golden.answer, body: body.subarray(0, bytes) });
    const rowsEnd = /(?:Active|Delisted)\r?\n?$/.test(Buffer.from(body.subarray(0, bytes)).toString());
    if (outcome.kind === 'listing') t.true(rowsEnd, `cut at ${bytes}`);
  }
  t.is(parsed(golden, golden.answer).kind, 'listing');
});
