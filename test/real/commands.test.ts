import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { type Desk, openDesk } from './instance.js';
import { type KafkaCluster, startCluster } from './kafka/cluster.js';
import { countBack } from './kafka/read-back.js';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

let kafka: KafkaCluster;
let desk: Desk;
test.before(async () => {
  kafka = await startCluster({ brokers: 1 });
  desk = await openDesk('verbs', kafka.addresses('DIRECT'));
});
test.after.always(async () => {
  await desk?.close();
  await kafka?.close();
});

const verb = (cwd: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise(resolve => {
    execFile(process.execPath, [main, ...args], { cwd, maxBuffer: 64 << 20 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });

interface Checkup {
  readonly ok: boolean;
  readonly checks: readonly { readonly check: string; readonly state: string }[];
}

test.serial(
  'doctor finds the topics absent before the first start and sound after it; tail prints from Kafka what the local log has',
  async t => {
    const before = await verb(desk.directory, 'doctor', '--json');
    t.is(before.code, 0);
    const absent = JSON.parse(before.out) as Checkup;
    t.like(
      absent.checks.find(({ check }) => check === 'topic verbs.quotes'),
      { state: 'note' },
    );

    const run = await desk.start('--once').ended;
    t.is(run.code, 0, run.stderr);
    const after = await verb(desk.directory, 'doctor', '--json');
    t.is(after.code, 0, after.out + after.err);
    const { ok, checks } = JSON.parse(after.out) as Checkup;
    t.true(ok);
    t.deepEqual(
      checks.filter(({ state }) => state !== 'ok'),
      [],
    );

    const { records } = await desk.expected('verbs.quotes');
    const { code, out, err } = await verb(desk.directory, 'tail', 'verbs.quotes', '--json');
    t.is(code, 0, err);
    const lines = out.trim().split('\n');
    t.is(lines.length, records);
    const first = JSON.parse(lines[0]!) as Record<string, unknown>;
    t.deepEqual(Object.keys(first), ['topic', 'partition', 'offset', 'key', 'headers', 'value']);
    t.like(first, { topic: 'verbs.quotes', value: { kind: 'quote' } });
  },
);

test.serial(
  'what Kafka refused, and what a check refused, is in Kafka once after a replay by the running instance and by the verb alone',
  async t => {
    const mine = await openDesk('letters', kafka.addresses('DIRECT'));
    t.teardown(() => mine.close());
    const dlq = async (code: number, ...args: string[]) => {
      const done = await verb(mine.directory, 'dlq', ...args, '--json');
      t.is(done.code, code, done.out + done.err);
      return JSON.parse(done.out) as Record<string, unknown> & readonly { readonly code: string }[];
    };
    const topic = 'letters.quotes';
    // Less than any record of this size.
    await kafka.admin.createTopic(topic, 4, 1, { 'max.message.bytes': '200' });
    const strict = ['--set', 'feeds.minutes.checks.maxAge=1m'];
    const first = await mine.start('--once', '--set', 'log.kafka.compression=none', ...strict).ended;
    t.regex(first.stderr, /Kafka will never take/);
    const codes = (await dlq(0, 'list', '--limit', '99999')).map(({ code }) => code);
    const [tooLarge, stale] = ['too-large', 'stale'].map(one => codes.filter(code => code === one).length);
    t.true(tooLarge! >= 60 && stale! >= 60, JSON.stringify([tooLarge, stale]));

    await kafka.admin.configure(topic, 'max.message.bytes');
    t.like(await dlq(0, 'replay', '--code', 'too-large'), { done: tooLarge, staying: 0 });
    const instance = mine.start();
    await mine.until(instance, async () => (await instance.readiness()).ready);
    t.like(await dlq(0, 'replay', '--all'), { done: stale, before: tooLarge, staying: 0 });
    t.like(await dlq(0, 'replay', '--all'), { done: 0, before: tooLarge! + stale! });
    instance.child.kill('SIGTERM');
    const { code, stderr } = await instance.ended;
    t.is(code, 0, stderr);
    t.deepEqual([...(await dlq(0, 'list'))], []);
    for (const name of [topic, 'letters.bars']) {
      const { file } = await mine.expected(name);
      // The local log has the record that was refused and its replay.
      writeFileSync(file, [...new Set(readFileSync(file, 'utf8').split(/(?<=\n)/))].join(''));
      const { lost, unexpected } = await countBack(kafka, name, file);
      t.deepEqual([lost, unexpected], [0, 0]);
      const { out } = await verb(mine.directory, 'tail', name, '--json');
      const ids = out
        .trim()
        .split('\n')
        .map(line => (JSON.parse(line) as { headers: Record<string, string> }).headers['fl-id']);
      t.is(new Set(ids).size, ids.length, 'each once');
    }
  },
);

test.serial('without a broker tail and doctor end with 3, tail with one line', async t => {
  const nobody = 'log.kafka.brokers=[127.0.0.1:1]';
  const tail = await verb(desk.directory, 'tail', 'verbs.quotes', '--set', nobody);
  t.is(tail.code, 3);
  t.regex(tail.err, /^Kafka at 127\.0\.0\.1:1: connection refused[^\n]*\n$/);
  const doctor = await verb(desk.directory, 'doctor', '--set', nobody);
  t.is(doctor.code, 3);
  t.regex(doctor.out, /FAILED +kafka .*connection refused\n +→ Start Kafka/);
});
