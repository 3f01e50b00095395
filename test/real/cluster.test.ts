import test from 'ava';
import { startCluster } from './kafka/cluster.js';

test('three brokers lose one to kill -9, take it back, and hand leaders over', async t => {
  const cluster = await startCluster({ brokers: 3 });
  t.teardown(() => cluster.close());
  const { admin, brokers } = cluster;
  await admin.createTopic('quotes', 3, 3, { 'cleanup.policy': 'compact' });
  await admin.fullIsr();
  await admin.moveLeaders('quotes', new Map([0, 1, 2].map(partition => [partition, [1, 2, 3]])));
  await admin.partitionsAre('quotes', 'led by 1', ({ leader }) => leader === 1);

  await brokers[0]!.kill();
  await admin.brokersAre([2, 3]);
  await admin.partitionsAre('quotes', 'without 1', ({ leader, isr }) => leader > 1 && isr.length === 2);
  await brokers[0]!.start();
  await admin.brokersAre([1, 2, 3]);
  await admin.fullIsr();

  brokers[1]!.pause();
  await admin.brokersAre([1, 3]);
  brokers[1]!.resume();
  await admin.brokersAre([1, 2, 3]);
  await brokers[2]!.stop();
  await brokers[2]!.start();
  await admin.fullIsr();
  t.pass();
});
