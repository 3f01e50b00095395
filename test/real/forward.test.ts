import test, { type ExecutionContext } from 'ava';
import { type Desk, type Instance, openDesk } from './instance.js';
import { type KafkaCluster, startCluster } from './kafka/cluster.js';
import { freePorts } from './kafka/ports.js';
import type { Faults } from './kafka/proxy.js';
import { type Count, countBack } from './kafka/read-back.js';

let kafka: KafkaCluster;
test.before(async () => {
  kafka = await startCluster({ brokers: 1, proxied: true });
});
test.afterEach.always(() => heal());
test.after.always(() => kafka?.close());

async function deskFor(t: ExecutionContext, name: string, extra = ''): Promise<Desk> {
  const desk = await openDesk(name, kafka.addresses('PROXIED'), extra);
  t.teardown(() => desk.close());
  return desk;
}

const faults = (given: Faults): void => {
  for (const proxy of kafka.proxies) proxy.faults = given;
};
const heal = (): void => faults({});
const breakOff = (): void => {
  faults({ refuse: true });
  for (const proxy of kafka.proxies) proxy.resetAll();
};
const freeze = (): void => faults({ request: () => 'swallow', response: () => 'swallow' });

const recordsIn = async (instance: Instance, topic: string): Promise<number> =>
  (await instance.status()).log.topics.find(one => one.topic === topic)?.records ?? 0;
const lacks = async (instance: Instance): Promise<number> => (await instance.status()).log.backlog?.records ?? 0;

/** What Kafka's own consumer finds of all that the local log has. */
async function counted(desk: Desk, topic: string): Promise<Count> {
  const { file } = await desk.expected(topic);
  return countBack(kafka, topic, file);
}

test.serial(
  'run --once ends 0 when Kafka has acknowledged all that the local log has, in order for each key',
  async t => {
    const desk = await deskFor(t, 'once');
    const { code, stderr } = await desk.start('--once').ended;
    t.is(code, 0, stderr);
    for (const topic of ['once.quotes', 'once.bars']) {
      const { expected, lost, doubled, outOfOrder, unexpected } = await counted(desk, topic);
      t.true(expected >= 60);
      t.deepEqual([lost, doubled, outOfOrder, unexpected], [0, 0, 0, 0]);
    }
  },
);

test.serial('after kill -9 under load nothing is lost, and what was under way is not doubled', async t => {
  const desk = await deskFor(t, 'killed');
  const topic = 'killed.quotes';
  let seen = 0;
  for (const _ of [1, 2, 3]) {
    const instance = desk.start();
    await desk.until(instance, async () => (await recordsIn(instance, topic)) >= seen + 150);
    seen = await recordsIn(instance, topic);
    instance.child.kill('SIGKILL');
    t.is((await instance.ended).signal, 'SIGKILL');
  }
  const last = desk.start();
  await desk.until(last, async () => (await last.readiness()).ready && (await lacks(last)) < 60);
  last.child.kill('SIGTERM');
  const { code, stderr } = await last.ended;
  t.is(code, 0, stderr);
  const { expected, lost, doubled, outOfOrder, unexpected } = await counted(desk, topic);
  t.log(`${expected} records, 3 kills: ${lost} lost, ${doubled} doubled, ${outOfOrder} out of order`);
  t.deepEqual([lost, doubled, outOfOrder, unexpected], [0, 0, 0, 0]);
});

test.serial(
  'while no broker can be reached polling goes on and says so; back again, Kafka gets all of it without a restart',
  async t => {
    const desk = await deskFor(t, 'away');
    const topic = 'away.quotes';
    const instance = desk.start();
    await desk.until(instance, async () => (await recordsIn(instance, topic)) > 100 && (await lacks(instance)) < 60);
    breakOff();
    await desk.until(instance, async () => (await instance.readiness()).components.kafka?.ready === false);
    const before = await recordsIn(instance, topic);
    await desk.until(instance, async () => (await recordsIn(instance, topic)) > before + 120);
    t.true((await lacks(instance)) > 120);
    heal();
    await desk.until(instance, async () => (await instance.readiness()).ready && (await lacks(instance)) < 60);
    instance.child.kill('SIGTERM');
    const { code, stderr } = await instance.ended;
    t.is(code, 0, stderr);
    const { lost, doubled, outOfOrder } = await counted(desk, topic);
    t.deepEqual([lost, doubled, outOfOrder], [0, 0, 0]);
  },
);

test.serial(
  'a stop while Kafka is frozen ends and says what remains; the next start stores without Kafka, and ships all once it answers',
  async t => {
    const desk = await deskFor(t, 'frozen', 'drain: { deadline: 4s }\n');
    const topic = 'frozen.quotes';
    const instance = desk.start();
    await desk.until(instance, async () => (await recordsIn(instance, topic)) > 100 && (await lacks(instance)) < 60);
    freeze();
    await desk.until(instance, async () => (await lacks(instance)) > 60);
    instance.child.kill('SIGTERM');
    const { code, stderr } = await instance.ended;
    t.is(code, 143, stderr);
    t.regex(stderr, /records \(about .*\) are not in Kafka yet: they wait in the local log/);
    const { records } = await desk.expected(topic);
    const next = desk.start();
    await desk.until(next, async () => (await recordsIn(next, topic)) > records + 60);
    await desk.until(next, async () => (await next.readiness()).components.kafka?.ready === false);
    heal();
    await desk.until(next, async () => (await next.readiness()).ready && (await lacks(next)) < 60);
    next.child.kill('SIGTERM');
    const last = await next.ended;
    t.is(last.code, 0, last.stderr);
    const { lost, doubled, outOfOrder } = await counted(desk, topic);
    t.deepEqual([lost, doubled, outOfOrder], [0, 0, 0]);
  },
);

test.serial('a log that has never seen its cluster ends with 3 and one message', async t => {
  const [port] = await freePorts(1);
  const desk = await openDesk('unseen', [`127.0.0.1:${port}`]);
  t.teardown(() => desk.close());
  const { code, stderr } = await desk.start().ended;
  t.is(code, 3);
  t.is(stderr.trim().split('\n').length, 1, stderr);
  t.regex(stderr, new RegExp(`127.0.0.1:${port}`));
});
