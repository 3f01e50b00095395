import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { type Desk, openDesk } from './instance.js';
import { type KafkaCluster, startCluster } from './kafka/cluster.js';

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

const verb = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise(resolve => {
    execFile(process.execPath, [main, ...args], { cwd: desk.directory, maxBuffer: 64 << 20 }, (error, out, err) =>
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
    const before = await verb('doctor', '--json');
    t.is(before.code, 0);
    const absent = JSON.parse(before.out) as Checkup;
    t.like(
      absent.checks.find(({ check }) => check === 'topic verbs.quotes'),
      { state: 'note' },
    );

    const run = await desk.start('--once').ended;
    t.is(run.code, 0, run.stderr);
    const after = await verb('doctor', '--json');
    t.is(after.code, 0, after.out + after.err);
    const { ok, checks } = JSON.parse(after.out) as Checkup;
    t.true(ok);
    t.deepEqual(
      checks.filter(({ state }) => state !== 'ok'),
      [],
    );

    const { records } = await desk.expected('verbs.quotes');
    const { code, out, err } = await verb('tail', 'verbs.quotes', '--json');
    t.is(code, 0, err);
    const lines = out.trim().split('\n');
    t.is(lines.length, records);
    const first = JSON.parse(lines[0]!) as Record<string, unknown>;
    t.deepEqual(Object.keys(first), ['topic', 'partition', 'offset', 'key', 'headers', 'value']);
    t.like(first, { topic: 'verbs.quotes', value: { kind: 'quote' } });
  },
);

test.serial('without a broker tail and doctor end with 3, tail with one line', async t => {
  const nobody = 'log.kafka.brokers=[127.0.0.1:1]';
  const tail = await verb('tail', 'verbs.quotes', '--set', nobody);
  t.is(tail.code, 3);
  t.regex(tail.err, /^Kafka at 127\.0\.0\.1:1: connection refused[^\n]*\n$/);
  const doctor = await verb('doctor', '--set', nobody);
  t.is(doctor.code, 3);
  t.regex(doctor.out, /FAILED +kafka .*connection refused\n +→ Start Kafka/);
});
