import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { type Desk, openDesk } from './instance.js';
import { type KafkaCluster, type ListenerName, startCluster } from './kafka/cluster.js';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

let kafka: KafkaCluster;
/** Takes connections and says nothing. */
let silent: Server;
test.before(async () => {
  kafka = await startCluster({ brokers: 1, secured: true });
  silent = createServer().listen(0, '127.0.0.1');
});
test.after.always(async () => {
  silent?.close();
  await kafka?.close();
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly tookMs: number;
}

const program = (desk: Desk, ...args: string[]): Promise<Ended> =>
  new Promise(resolve => {
    const startedMs = performance.now();
    execFile(process.execPath, [main, ...args], { cwd: desk.directory, timeout: 60_000 }, (error, out, err) => {
      const tookMs = performance.now() - startedMs;
      resolve({ code: error ? Number(error.code ?? -1) : 0, out, err, tookMs });
    });
  });

interface Way {
  readonly brokers: readonly string[];
  readonly ca?: 'ca' | 'stranger';
  readonly password?: string;
}

async function deskBy(t: ExecutionContext, name: string, { brokers, ca, password }: Way): Promise<Desk> {
  const tls = ca === undefined ? '' : `tls: { ca: ./${ca}.pem }`;
  const sasl = 'sasl: { mechanism: scram-sha-512, username: app, password: "${file:./password}" }';
  const desk = await openDesk(name, brokers, '', password === undefined ? tls : `${tls}\n    ${sasl}`);
  t.teardown(() => desk.close());
  writeFileSync(join(desk.directory, 'ca.pem'), kafka.security.ca);
  writeFileSync(join(desk.directory, 'stranger.pem'), kafka.security.strangerCa);
  writeFileSync(join(desk.directory, 'password'), password ?? '');
  return desk;
}

const at = (listener: ListenerName): readonly string[] => kafka.addresses(listener);
const app = 'app-secret';

/** Of each: what the program says of it, and the mend that `doctor` prints. */
const wrong: readonly (readonly [title: string, way: () => Way, says: RegExp, mend: RegExp])[] = [
  [
    'an address where nobody listens',
    () => ({ brokers: ['127.0.0.1:1'] }),
    /127\.0\.0\.1:1: connection refused$/,
    /^Start Kafka, or correct log\.kafka\.brokers$/,
  ],
  [
    'a machine that says nothing',
    () => ({ brokers: [`127.0.0.1:${(silent.address() as { port: number }).port}`] }),
    /no answer \(ETIMEDOUT\)$/,
    /^Start Kafka, or correct log\.kafka\.brokers, or open the firewall$/,
  ],
  [
    'a wrong password',
    () => ({ brokers: at('SASL'), ca: 'ca', password: 'wrong' }),
    /login by scram-sha-512 as user app was refused \(Authentication failed .*\)$/,
    /^Check log\.kafka\.sasl: mechanism, user name and password$/,
  ],
  [
    'a login where none is taken',
    () => ({ brokers: at('TLS'), ca: 'ca', password: app }),
    /this listener takes no login \(ILLEGAL_SASL_STATE.*\)$/,
    /^Remove log\.kafka\.sasl/,
  ],
  [
    'no login where one is wanted',
    () => ({ brokers: at('SASL'), ca: 'ca' }),
    /the connection was closed at once \(Closed connection\)$/,
    /^Perhaps the listener wants no TLS \(log\.kafka\.tls\) or a login \(log\.kafka\.sasl\)/,
  ],
  [
    'an authority that did not sign',
    () => ({ brokers: at('SASL'), ca: 'stranger', password: app }),
    /unable to verify the first certificate/,
    /not trusted: set log\.kafka\.tls\.ca to the file of the authority that signed it$/,
  ],
  [
    'no right on a topic',
    () => ({ brokers: at('SASL'), ca: 'ca', password: app }),
    /topic none\.quotes: user app has no right \(TOPIC_AUTHORIZATION_FAILED.*\)$/,
    /^Have it allowed Describe, Read and Write \(Create where it is absent\) on topic none\.quotes: kafka-acls --add$/,
  ],
];

interface Check {
  readonly check: string;
  readonly state: string;
  readonly detail: string;
  readonly mend?: string;
}

for (const [title, way, says, mend] of wrong)
  test(`${title}: run ends with 3 and one line, doctor with 3 and the same, each in time`, async t => {
    const desk = await deskBy(t, 'none', way());
    const run = await program(desk, 'run');
    t.is(run.code, 3, run.err);
    const [line, ...rest] = run.err.trim().split('\n');
    t.deepEqual(rest, [], run.err);
    const { level, msg } = JSON.parse(line!) as { level: string; msg: string };
    t.is(level, 'error');
    const doctor = await program(desk, 'doctor', '--json');
    t.is(doctor.code, 3, doctor.err);
    const { checks } = JSON.parse(doctor.out) as { checks: readonly Check[] };
    const found = checks.find(({ state, detail }) => state === 'failed' && says.test(detail));
    t.truthy(found, doctor.out);
    t.regex(found!.mend!, mend);
    t.is(msg, `${found!.detail}. ${found!.mend}`);
    t.log(`${msg} (${(run.tookMs / 1000).toFixed(1)} s, ${(doctor.tookMs / 1000).toFixed(1)} s)`);
  });

test.serial(
  'doctor on TLS with SCRAM finds which rights are missing, one after another, until all is sound',
  async t => {
    const desk = await deskBy(t, 'own', { brokers: at('SASL'), ca: 'ca', password: app });
    const topics = ['own.quotes', 'own.bars', 'own.symbols', 'own.dead-letters'];
    for (const topic of topics) {
      const config = { 'cleanup.policy': topic === 'own.symbols' ? 'compact' : 'delete' };
      await kafka.admin.createTopic(topic, 4, 1, config);
    }
    const allow = async (...operations: string[]): Promise<void> => {
      for (const operation of operations)
        for (const topic of topics) await kafka.admin.allow('app', operation, ['topic', topic]);
    };
    const look = async () => {
      const { code, out } = await program(desk, 'doctor', '--json');
      const { checks } = JSON.parse(out) as { checks: readonly Check[] };
      const states = (state: string) => checks.filter(one => one.state === state).map(({ check }) => check);
      return { code, out, failed: states('failed'), notes: states('note') };
    };
    const named = topics.map(topic => `topic ${topic}`).toSorted();
    const none = await look();
    t.is(none.code, 3);
    t.deepEqual(none.failed.toSorted(), ['right to write', ...named]);
    await allow('describe');
    t.deepEqual((await look()).failed.toSorted(), ['right to write', ...named], 'it may not read');
    await allow('read');
    t.deepEqual((await look()).failed, ['right to write']);
    await allow('write');
    const working = await look();
    t.deepEqual([working.code, working.failed], [0, []], working.out);
    t.deepEqual(working.notes.toSorted(), named, 'the settings of the topics may not be read');
    t.regex(working.out, /may not be read by this user.*\n.*DescribeConfigs on topic own\.symbols/);
    await allow('describe_configs');
    const sound = await look();
    t.deepEqual([sound.code, sound.failed, sound.notes], [0, [], []], sound.out);
    t.notRegex(sound.out, /app-secret/);

    const { code, stderr } = await desk.start('--once').ended;
    t.is(code, 0, stderr);
    t.is((await program(desk, 'tail', 'own.quotes', '--limit', '1')).out.trim().split('\n').length, 1);
  },
);
