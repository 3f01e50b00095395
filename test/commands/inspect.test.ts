import test from 'ava';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { readerBounds } from '../../src/batch/reader/bounds.js';
import { inspectApart } from '../../src/batch/reader/inspect-apart.js';
import { addInspect } from '../../src/commands/inspect.js';
import { fileOf } from '../batch/inspect/inspecting.js';
import { good } from '../config/loading.js';

let bounds = readerBounds;

async function run(...args: readonly string[]): Promise<{ out: string; err: string; code: number | undefined }> {
  const said = { out: '', err: '', code: undefined as number | undefined };
  const io = {
    out(text: string) {
      said.out += text;
    },
    err(text: string) {
      said.err += text;
    },
    onLostOutput: () => undefined,
    env: {},
    cwd: '/',
    isTty: false,
    exit(code: number) {
      said.code = code;
    },
    onStop: () => undefined,
  };
  const program = new Command().exitOverride();
  addInspect(program, io, (path, asked) => inspectApart(path, asked, bounds));
  await program.parseAsync(['node', 'financelake', 'inspect', ...args]);
  return said;
}

const content = 'Date,Open,High,Low,Close\n2024-01-01,1,2,0.5,1.5\n2024-01-02,1,2,0.5,1.5\n';

test('what it prints is a configuration with the evidence as comments, and as JSON the block alone', async t => {
  const path = fileOf('AAPL.csv', content);
  const text = await run(path);
  t.is(text.code, 0);
  t.regex(text.out, /^# text: .*\n(?:# .*\n)+batch:\n {2}datasets:\n {4}prices:\n/);
  t.is(good(text.out).batch!.datasets.prices!.interval, '1d');
  const json = await run(path, '--json');
  t.deepEqual([json.code, json.err], [0, '']);
  t.is(
    good(stringify({ batch: { datasets: JSON.parse(json.out) as unknown } })).batch!.datasets.prices!.interval,
    '1d',
  );
});

test('what is only assumed is said beside the JSON', async t => {
  const { err, code } = await run(fileOf('lower.csv', content), '--json');
  t.is(code, 0);
  t.regex(err, /^# symbol: ASSUMED: nothing tells it: `lower`/);
});

test('without a proposal it says why and exits 1; a file that is not there is 2', async t => {
  const { out, err, code } = await run(fileOf('AAPL.csv', content.replaceAll(/2024-01-(..)/g, '$1/01/2024')), '--json');
  t.deepEqual([out, code], ['', 1]);
  t.regex(err, /AAPL\.csv: no dataset can be proposed: /);
  t.is((await run(fileOf('x.parquet', 'no parquet'))).code, 1);
  await t.throwsAsync(run('/no/such/file.csv'), { message: /There is no file/ });
  await t.throwsAsync(run(fileOf('AAPL.csv', content), '--zone', 'Mars'), { message: /not a time zone/ });
});

test.serial('a file that takes its reader with it costs the command nothing but the proposal', async t => {
  t.teardown(() => {
    bounds = readerBounds;
  });
  bounds = { ...readerBounds, maxBytes: 64 * 2 ** 20 };
  // A reader that has just started holds more than that.
  const large = await run(fileOf('AAPL.csv', content.repeat(100_000)));
  t.deepEqual([large.out, large.code], ['', 1]);
  t.regex(large.err, /no dataset can be proposed: (?:looking at it takes more than 64 MiB of memory|its reader ended)/);
  bounds = { ...readerBounds, silentMs: 0 };
  const slow = await run(fileOf('AAPL.csv', content.repeat(100_000)));
  t.deepEqual([slow.out, slow.code], ['', 1]);
  t.regex(slow.err, /no dataset can be proposed: looking at it takes more than 0 s/);
});
