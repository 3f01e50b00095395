import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { scratch, start, until } from './program.js';

const header = 'symbol,date,open,high,low,close,volume\n';
const good = `${header}AAPL,2024-06-03,190.0,192.0,189.5,191.5,1000000\nMSFT,2024-06-03,410.10,415.00,409.00,414.67,900000\n`;
const config = `
log: { path: ./log }
http: { port: 0 }
logging: { format: json }
batch:
  inbox: ./data/inbox
  stableFor: 50ms
  datasets:
    daily: { match: ["*.csv", "*.csv.gz"], kind: bar, interval: 1d, columns: { symbol: symbol, date: date, open: open, high: high, low: low, close: close, volume: volume } }
`;

function desk(t: ExecutionContext): {
  cwd: string;
  readonly drop: (name: string, content: string | Buffer) => void;
  readonly lying: () => string[];
} {
  const cwd = scratch(t, { 'financelake.yaml': config });
  const inbox = join(cwd, 'data/inbox');
  mkdirSync(inbox, { recursive: true });
  return {
    cwd,
    drop: (name, content) => writeFileSync(join(inbox, name), content),
    lying: () =>
      readdirSync(join(cwd, 'data'), { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(join(cwd, 'data/').length))
        .map(name => name.replace(/^archive\/[\d-]{10}\//, 'archive/'))
        .sort(),
  };
}

const run = async (t: ExecutionContext, cwd: string, ...args: string[]) => {
  const program = start(t, args, { cwd });
  const code = await program.ended;
  return { code, out: program.out(), err: program.err() };
};

test('run --once empties the inbox: good files are archived with exit 0, one in quarantine is exit 1 and named', async t => {
  const { cwd, drop, lying } = desk(t);
  drop('good.csv', good);
  drop('packed.csv.gz', gzipSync(`${header}KO,2024-06-03,62.1,62.9,61.8,62.5,100\n`));
  const first = await run(t, cwd, 'run', '--once');
  t.is(first.code, 0, first.err);
  t.deepEqual(lying(), ['archive/good.csv', 'archive/packed.csv.gz']);
  const { out } = await run(t, cwd, 'tail', 'market.bars', '--json');
  const records = out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { key: string; headers: Record<string, string>; value: Record<string, unknown> });
  t.deepEqual(records.map(({ key }) => key).sort(), ['AAPL', 'KO', 'MSFT']);
  const apple = records.find(({ key }) => key === 'AAPL')!;
  t.like(apple.value, {
    kind: 'bar',
    source: 'daily',
    time: '2024-06-03T00:00:00Z',
    open: '190.0',
    close: '191.5',
    revision: 0,
  });
  t.is(apple.headers['fl-writer'], 'files/daily');
  t.regex(apple.headers['fl-origin']!, /^[0-9a-f]{8}:1$/);

  drop('bad.csv', `${header}AAPL,2024-06-04,x,192.0,189.5,191.5,1\n`);
  drop('again.csv', good);
  const second = await run(t, cwd, 'run', '--once');
  t.is(second.code, 1);
  t.regex(second.err, /1 file ended in quarantine/);
  t.deepEqual(lying(), [
    'archive/again.csv',
    'archive/again.csv.reason.json',
    'archive/good.csv',
    'archive/packed.csv.gz',
    'quarantine/bad.csv',
    'quarantine/bad.csv.reason.json',
  ]);
  const reason = JSON.parse(readFileSync(join(cwd, 'data/quarantine/bad.csv.reason.json'), 'utf8')) as object;
  t.like(reason, { code: 'rejected-rows', file: 'bad.csv', dataset: 'daily', rows: 1, rejected: 1 });
  const letters = JSON.parse((await run(t, cwd, 'dlq', 'list', '--json')).out) as { origin: object; detail: string }[];
  t.is(letters.length, 1);
  t.like(letters[0]!.origin, { file: 'bad.csv', row: 1, column: 'open' });

  const status = JSON.parse((await run(t, cwd, 'batch', 'status', '--json')).out) as {
    recent: { file: string; state: string }[];
  };
  t.deepEqual(status.recent.map(({ file, state }) => `${file} ${state}`).sort(), [
    'bad.csv quarantined',
    'good.csv archived',
    'packed.csv.gz archived',
  ]);
});

test('retry puts a file back, forget lets the same content be published again, and what is not there is exit 1', async t => {
  const { cwd, drop, lying } = desk(t);
  drop('bad.csv', `${header}AAPL,2024-06-04,x,192.0,189.5,191.5,1\n`);
  drop('good.csv', good);
  await run(t, cwd, 'run', '--once');
  t.is((await run(t, cwd, 'batch', 'retry', 'none.csv')).code, 1);
  const retried = await run(t, cwd, 'batch', 'retry', 'bad.csv');
  t.is(retried.code, 0, retried.err);
  t.deepEqual(lying(), ['archive/good.csv', 'inbox/bad.csv']);
  t.is((await run(t, cwd, 'batch', 'forget', 'other.csv')).code, 1);
  const forgotten = await run(t, cwd, 'batch', 'forget', 'good.csv');
  t.is(forgotten.code, 0, forgotten.err);
  drop('good.csv', good);
  await run(t, cwd, 'run', '--once');
  const { out } = await run(t, cwd, 'tail', 'market.bars', '--json');
  const ids = out
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { value: { id: string } }).value.id);
  t.deepEqual([ids.length, new Set(ids).size], [4, 2]);
});

test('a running instance takes what is dropped, shows it in the API, and drains', async t => {
  const { cwd, drop, lying } = desk(t);
  const program = start(t, ['run'], { cwd });
  const url = await until('its address', () => /"url":"(http:[^"]*)"/.exec(program.err())?.[1]);
  drop('good.csv', good);
  await until('the file in the archive', () => (lying().includes('archive/good.csv') ? true : undefined));
  const files = (await (await fetch(`${url}/api/v1/files`)).json()) as { recent: { file: string; records: number }[] };
  t.like(files.recent[0], { file: 'good.csv', records: 2 });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  t.regex(metrics, /financelake_files_total\{dataset="daily",outcome="archived"\} 1/);
  t.regex(metrics, /financelake_file_rows_total\{dataset="daily",outcome="published"\} 2/);
  const forgotten = await run(t, cwd, 'batch', 'forget', 'good.csv', '--json');
  t.deepEqual(JSON.parse(forgotten.out), { done: ['good.csv'], unknown: [] });
  program.signal('SIGTERM');
  t.is(await program.ended, 0);
  t.false(existsSync(join(cwd, 'data/inflight/good.csv')));
});
