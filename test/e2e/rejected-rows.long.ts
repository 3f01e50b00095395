import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openEmbeddedReader } from '../../src/log/embedded/embedded-reader.js';
import type { StoredRecord } from '../../src/log/log.js';
import { scratch, start } from './program.js';

const rows = 200_000;
const config = `
log: { path: ./log }
http: { port: 0 }
logging: { format: json }
batch:
  inbox: ./data/inbox
  stableFor: 0s
  datasets:
    minutes: { match: "*.csv", kind: bar, interval: 1m, maxErrors: 0.02, columns: { symbol: symbol, time: time, open: open, high: high, low: low, close: close, volume: volume } }
`;

interface Letter {
  readonly code: string;
  readonly detail: string;
  readonly origin: { readonly file: string; readonly row: number; readonly column?: string };
}

const timeOf = (row: number): string => new Date(Date.UTC(2025, 0, 1) + Math.floor(row / 50) * 60_000).toISOString();
/** What is wrong with a row, by turns: column at fault, and the row. */
const wrong: readonly (readonly [column: string | undefined, (row: number) => string])[] = [
  ['open', row => `S${row % 50},${timeOf(row)},1O.1,10.5,10,10.2,${row}`],
  ['time', row => `S${row % 50},2025-13-01T00:00:00Z,10.1,10.5,10,10.2,${row}`],
  [undefined, row => `S${row % 50},${timeOf(row)},10.1,9.5,10,10.2,${row}`],
  ['close', row => `S${row % 50},${timeOf(row)},10.1,10.5,10,,${row}`],
];

function file(isBad: (row: number) => boolean): string {
  const lines = ['symbol,time,open,high,low,close,volume'];
  let bad = 0;
  for (let row = 1; row <= rows; row++)
    lines.push(isBad(row) ? wrong[bad++ % 4]![1](row) : `S${row % 50},${timeOf(row)},10.1,10.5,10,10.2,${row}`);
  return `${lines.join('\n')}\n`;
}

async function publish(t: ExecutionContext, content: string) {
  const cwd = scratch(t, { 'financelake.yaml': config });
  mkdirSync(join(cwd, 'data/inbox'), { recursive: true });
  writeFileSync(join(cwd, 'data/inbox/minutes.csv'), content);
  const program = start(t, ['run', '--once'], { cwd });
  const code = await program.ended;
  const log = openEmbeddedReader(join(cwd, 'log'));
  t.teardown(() => log.close());
  const all = (topic: string): StoredRecord[] =>
    log.ends(topic).flatMap(({ partition, start: from, end }) => {
      const found: StoredRecord[] = [];
      for (let at = from; at < end; at = found.at(-1)!.offset + 1)
        found.push(...log.read(topic, partition, at, 4 << 20));
      return found;
    });
  const parsed = ({ value }: StoredRecord): unknown => JSON.parse(Buffer.from(value).toString());
  const origins = all('market.bars').map(({ headers }) => Number(headers['fl-origin']!.split(':')[1]));
  const letters = all('market.dead-letters').map(parsed) as Letter[];
  return { cwd, code, origins, letters, said: program.err() };
}

test('of 200,000 rows with 1 % bad ones the good are published, the bad are dead letters with row, column, value and reason', async t => {
  const { cwd, code, origins, letters, said } = await publish(
    t,
    file(row => row % 100 === 0),
  );
  t.is(code, 0, said);
  t.deepEqual(readdirSync(join(cwd, 'data/quarantine')), []);
  const good = Array.from({ length: rows }, (_, at) => at + 1).filter(row => row % 100 !== 0);
  t.deepEqual(
    origins.sort((a, b) => a - b),
    good,
  );
  letters.sort((a, b) => a.origin.row - b.origin.row);
  t.deepEqual(
    letters.map(({ origin }) => [origin.file, origin.row, origin.column]),
    Array.from({ length: rows / 100 }, (_, at) => ['minutes.csv', (at + 1) * 100, wrong[at % 4]![0]]),
  );
  const words = [/`1O\.1`/, /`2025-13-01T00:00:00Z`/, /high .*9\.5/, /close|empty|missing/];
  for (const [at, { detail }] of letters.entries()) t.regex(detail, words[at % 4]!);
});

test('over its share a file is quarantined whole, and nothing of it is published after that is known', async t => {
  const half = rows / 2;
  const { cwd, code, origins, letters, said } = await publish(
    t,
    file(row => row > half && row % 10 === 0),
  );
  t.is(code, 1, said);
  t.deepEqual(readdirSync(join(cwd, 'data/quarantine')).sort(), ['minutes.csv', 'minutes.csv.reason.json']);
  const reason = JSON.parse(readFileSync(join(cwd, 'data/quarantine/minutes.csv.reason.json'), 'utf8')) as {
    readonly code: string;
    readonly rows: number;
    readonly records: number;
    readonly rejected: number;
  };
  t.is(reason.code, 'rejected-rows');
  t.deepEqual([reason.records, reason.rejected], [origins.length, letters.length]);
  t.is(reason.rows, origins.length + letters.length);
  // A tenth of the rows behind the middle is bad: after a quarter more of them the share of all is above 2 %, and with a chunk less it is not.
  t.true(Math.max(...origins) < half * 1.25 && letters.length <= 0.02 * reason.rows, JSON.stringify(reason));
});
