import test from 'ava';
import type { Instance } from './instance.js';
import { until } from './instance.js';
import { type KafkaCluster, startCluster } from './kafka/cluster.js';
import { countBack } from './kafka/read-back.js';
import { openSharedDesk } from './shared-desk.js';

let kafka: KafkaCluster;
test.before(async () => {
  kafka = await startCluster({ brokers: 1 });
});
test.after.always(() => kafka?.close());

/** Names of the sources that an instance runs. */
const runsOf = async (instance: Instance): Promise<readonly string[]> =>
  (await instance.status()).sources.filter(({ state }) => state !== 'standby').map(({ name }) => name);

test.serial(
  'three instances share three keys; one killed and one frozen are stood in for, and nothing is lost',
  async t => {
    const desk = await openSharedDesk({
      name: 'share',
      brokers: kafka.addresses('DIRECT'),
      replication: 1,
      sources: 3,
      symbols: 20,
      perMinute: 600,
      every: '1s',
    });
    t.teardown(() => desk.close());
    const a = desk.start('a');
    await until(a, async () => (await runsOf(a)).length === 3);
    t.log('one runs all');
    const b = desk.start('b');
    const c = desk.start('c');
    const each = async (...instances: Instance[]): Promise<number[]> =>
      Promise.all(instances.map(async one => (await runsOf(one)).length));
    await until(a, async () => String(await each(a, b, c)) === '1,1,1');
    t.log('three run one each');
    b.child.kill('SIGKILL');
    await b.ended;
    await until(a, async () => (await each(a, c)).reduce((sum, n) => sum + n) === 3);
    t.log('two stand in for the third');
    c.child.kill('SIGSTOP');
    await until(a, async () => String(await each(a)) === '3');
    c.child.kill('SIGCONT');
    await until(a, async () => (await each(a, c)).reduce((sum, n) => sum + n) === 3 && (await each(c))[0] !== 0);
    t.log('who was frozen has its share again');
    c.child.kill('SIGTERM');
    t.is((await c.ended).code, 0);
    await until(a, async () => String(await each(a)) === '3');
    a.child.kill('SIGTERM');
    t.is((await a.ended).code, 0);
    const { violations, calls } = await desk.counts();
    t.is(violations, 0);
    const { file } = await desk.expected(['a', 'c']);
    const count = await countBack(kafka, desk.topic, file);
    t.log(`${calls} calls, ${count.records} records: ${count.lost} lost, ${count.doubled} doubled`);
    t.is(count.lost, 0);
  },
);
