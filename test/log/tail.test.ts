import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { Command } from 'commander';
import { addTail } from '../../src/commands/tail.js';
import { batch, record } from './record-contract.js';
import { openTemp, tempDirectory } from './temp-log.js';

const path = join(tempDirectory(), 'log');

test.before(async () => {
  const { log } = await openTemp(path);
  log.ensureTopic('t', { cleanup: 'delete', partitions: 2 });
  await log.append({
    batches: [
      batch(
        't',
        0,
        record('a', '{"n":1.50}', { 'fl-id': 'x' }),
        record('b', 'plain'),
        record('c', Uint8Array.of(0xff, 0)),
      ),
      batch('t', 1, record('d', ''), record('e', '{"n":2}')),
    ],
  });
  await log.close();
});

async function tail(...args: string[]): Promise<{ out: string[]; err: string; code: number }> {
  let out = '';
  let err = '';
  let code = 0;
  const io = {
    out(text: string) {
      out += text;
    },
    err(text: string) {
      err += text;
    },
    env: {},
    cwd: '/',
    exit(status: number) {
      code = status;
    },
  };
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr: text => io.err(text), writeOut: text => io.out(text) });
  addTail(program, io, ({ set }) => ({ path: set[0]?.replace('log.path=', '') ?? path }));
  await program.parseAsync(['tail', ...args], { from: 'user' });
  return { out: out.split('\n').slice(0, -1), err, code };
}

test('tail prints one JSON object a line, its value as an object, a text or base64', async t => {
  const { out, code } = await tail('t', '--json');
  t.is(code, 0);
  t.deepEqual(
    out.map(line => JSON.parse(line) as unknown),
    [
      { topic: 't', partition: 0, offset: 0, key: 'a', headers: { 'fl-id': 'x' }, value: { n: 1.5 } },
      { topic: 't', partition: 0, offset: 1, key: 'b', headers: {}, value: 'plain' },
      { topic: 't', partition: 0, offset: 2, key: 'c', headers: {}, value: '/wA=' },
      { topic: 't', partition: 1, offset: 0, key: 'd', headers: {}, value: null },
      { topic: 't', partition: 1, offset: 1, key: 'e', headers: {}, value: { n: 2 } },
    ],
  );
});

test('tail begins where it is told, keeps to one partition and to its limit', async t => {
  const keys = async (...args: string[]) => (await tail('t', ...args)).out.map(line => line.split('  ')[1]);
  t.deepEqual(await keys('--from', '1'), ['b', 'c', 'e']);
  t.deepEqual(await keys('--from', 'end'), []);
  t.deepEqual(await keys('--partition', '1'), ['d', 'e']);
  t.deepEqual(await keys('--limit', '2'), ['a', 'b']);
  t.deepEqual(await keys('--limit', '0'), []);
  await t.throwsAsync(tail('t', '--from', 'yesterday'), { code: 'commander.invalidArgument' });
});

test('a place that is none is refused with what could stand there', async t => {
  for (const from of ['nowhere', '-1', ''])
    await t.throwsAsync(tail('t', `--from=${from}`), { message: /write start, end or an offset/ }, from);
  await t.throwsAsync(tail('t', '--limit=x'), { message: /is not a whole number/ });
  await t.throwsAsync(tail('t', '--config='), { message: /it is empty: name a file/ });
});

test('an unknown topic, and a log that was never begun, print nothing', async t => {
  t.deepEqual(await tail('nothing'), { out: [], err: '', code: 0 });
  const empty = tempDirectory();
  for (const place of [join(empty, 'none'), empty])
    t.deepEqual(await tail('t', '--set', `log.path=${place}`), { out: [], err: '', code: 0 });
});

test('an option before the topic takes one value and leaves the topic', async t => {
  t.is((await tail('--set', `log.path=${path}`, '--set', 'http.port=1', 't')).out.length, 5);
});

test('a place that cannot be a log is the environment, exit 3', async t => {
  const { code, err } = await tail('t', '--set', `log.path=${join(path, 'data.mdb')}`);
  t.is(code, 3);
  t.regex(err, /not a directory/);
});

test('tail --follow waits for the first start of a log, and for its topic', async t => {
  const fresh = join(tempDirectory(), 'later/log');
  const following = tail('t', '--set', `log.path=${fresh}`, '--follow', '--limit', '1');
  let ended = false;
  void following.then(() => {
    ended = true;
  });
  await new Promise(resolve => setImmediate(resolve));
  const { log } = await openTemp(fresh);
  t.false(ended);
  log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
  await log.append({ batches: [batch('t', 0, record('a', '1'))] });
  t.deepEqual((await following).out, ['0/0  a  1']);
  await log.close();
});

test('tail follows what a running instance appends', async t => {
  const live = join(tempDirectory(), 'log');
  const child = spawn(process.execPath, [fileURLToPath(new URL('./owner-child.js', import.meta.url)), live], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await new Promise(resolve => child.stdout.once('data', resolve));
  const following = tail('t', '--set', `log.path=${live}`, '--follow', '--limit', '3', '--from', 'start');
  child.stdin.write('\n');
  await new Promise(resolve => child.stdout.once('data', resolve));
  child.stdin.write('\n');
  t.deepEqual((await following).out, ['0/0  k0  k0', '0/1  k1  k1', '0/2  k2  k2']);
});
