import test from 'ava';
import { tryBody } from './fuzz/body.js';
import { goldens, parsed } from './goldens.js';

test('no mutation of an answer makes a parser throw, show the key or publish what the answer does not hold; a hundred thousand: npm run test:fuzz', t => {
  const seed = 7;
  const bodies = 2_000;
  let records = 0;
  for (let body = 0; body < bodies; body += 1) {
    const { name, kind, fault } = tryBody(seed, body);
    if (kind === 'records') records += 1;
    t.is(fault, undefined, `${name}: npm run test:fuzz -- --seed ${seed} --body ${body}`);
  }
  t.true(records > bodies / 20, `${records} of ${bodies} mutations still hold records`);
});

// Where time grew with the square of the length, the runner's time-out would end it.
test('bodies of a million characters made to be slow are read to their end', t => {
  const million = 1_000_000;
  const daily = goldens.find(({ name }) => name === 'alpha-vantage/daily')!;
  const bodies = [
    '['.repeat(million),
    '{"a":'.repeat(million / 5),
    `{"Time Series (Daily)":${'['.repeat(million / 2)}${']'.repeat(million / 2)}}`,
    `{"Time Series (Daily)":{"2024-06-04":{"1. open":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}}}`,
    `{"a":"${'\\"'.repeat(million / 2)}`,
    `"${'\\'.repeat(million)}`,
    `{"Information":"${'API key as '.repeat(million / 20)}"}`,
    `{"Information":"${' '.repeat(million)}"}`,
    `{"Information":"${'This API function '.repeat(million / 20)}"}`,
    `{${' '.repeat(million)}`,
    '1'.repeat(million),
    `{"a":${'1'.repeat(million)}}`,
    `timestamp,open,high,low,close\r\n${'"'.repeat(million)}`,
    `timestamp,open,high,low,close${',x'.repeat(million / 2)}\r\n1`,
    `timestamp,open,high,low,close\r\n${'\r\n'.repeat(million / 2)}`,
    `{"Time Series (Daily)":{${Array.from({ length: 30_000 }, (_, row) => `"${row}":{"1. open":"x"}`).join(',')}}}`,
  ];
  for (const text of bodies) {
    const outcome = parsed(daily, { status: 200, headers: {}, body: Buffer.from(text) });
    t.is(outcome.kind === 'records' ? outcome.observations.length : 0, 0, text.slice(0, 60));
  }
});
