import test from 'ava';
import { sharedEnds } from '../../../src/log/forward/shared-ends.js';
import type { PartitionEnds } from '../../../src/log/log.js';
import { forwardWorld } from './world.js';

test('who asks for the ends of a topic while they are asked for gets the same answer; later it is asked anew, also after a failure', async t => {
  const asked: { topic: string; resolve: (ends: readonly PartitionEnds[]) => void; reject: (error: Error) => void }[] =
    [];
  const ends = sharedEnds({ ends: topic => new Promise((resolve, reject) => asked.push({ topic, resolve, reject })) });
  const answers = [ends('a'), ends('b'), ends('a'), ends('a')];
  t.deepEqual(
    asked.map(({ topic }) => topic),
    ['a', 'b'],
  );
  const found = [{ partition: 0, start: 0, end: 3 }];
  asked[0]!.resolve(found);
  for (const at of [0, 2, 3]) t.is(await answers[at], found);
  const failing = ends('a');
  t.is(asked.length, 3);
  asked[2]!.reject(new Error('late'));
  await t.throwsAsync(failing, { message: 'late' });
  void ends('a');
  t.is(asked.length, 4);
});

test('the partitions of a topic find their places by one question, not by one each', async t => {
  const world = forwardWorld({ partitions: 12 });
  let questions = 0;
  const connect = world.kafka.connect.bind(world.kafka);
  world.kafka.connect = () => {
    const cluster = connect();
    return {
      ...cluster,
      ends(topic) {
        if (topic === 'bars') questions++;
        return cluster.ends(topic);
      },
    };
  };
  await world.commit(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']);
  t.true(world.log.ends('bars').length > 1);
  world.start();
  await world.shipped();
  t.true(world.bars().flat().length > 0);
  // By each lane and again by the publisher it would be fourteen.
  t.true(questions < 7, `${questions}`);
});
