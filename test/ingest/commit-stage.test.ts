import test from 'ava';
import { createCommitStage } from '../../src/ingest/commit-stage.js';
import { LogFailure } from '../../src/log/log.js';
import { openMemoryLog } from '../../src/log/memory.js';
import type { Event } from '../../src/records/event.js';
import { createVirtualTime } from '../streams/virtual-time.js';

test('a log that refused for 10,000 retries takes the commit once, everything settled is acknowledged, and the stage ends', async t => {
  let refusals = 0;
  const time = createVirtualTime(0);
  const events: Event[] = [];
  const log = openMemoryLog({
    fail: () => {
      if (refusals === 10_000) return undefined;
      refusals += 1;
      return new LogFailure('disk', 'the disk is full');
    },
  });
  log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
  const stage = createCommitStage({ log, writer: 'source/x', time, report: event => void events.push(event) });
  let ended: unknown = 'running';
  stage.run.subscribe({
    complete: () => {
      ended = 'complete';
    },
  });
  const acknowledged: string[] = [];
  const settle = (key: string): void =>
    stage.commit(
      { records: [{ topic: 't', key, value: Buffer.from('{}'), headers: {} }], state: [], events: [] },
      () => void acknowledged.push(key),
    );
  settle('A');
  settle('B');
  await time.advance(9_999_000);
  t.deepEqual(acknowledged, []);
  t.is(refusals, 10_000);
  await time.advance(1_000);
  t.deepEqual(acknowledged, ['A', 'B']);
  stage.close();
  t.is(ended, 'complete');
  t.deepEqual(
    log.read('t', 0, 0, 1 << 20).map(({ key }) => key),
    ['A', 'B'],
  );
  t.deepEqual(
    events.flatMap(event => (event.kind === 'component' ? [event.ready] : [])),
    [false, true],
  );
});

test('records are reported as appended by the log alone: each once, whatever the disk refused before', async t => {
  let refusals = 0;
  const time = createVirtualTime(0);
  let appended = 0;
  const report = (event: Event): void => {
    if (event.kind === 'appended') appended += event.records;
  };
  const fail = () => (refusals++ < 2 ? new LogFailure('disk', 'the disk is full') : undefined);
  const log = openMemoryLog({ report, fail });
  log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
  const stage = createCommitStage({ log, writer: 'source/x', time, report });
  stage.run.subscribe();
  const records = ['A', 'B', 'C'].map(key => ({ topic: 't', key, value: Buffer.from('{}'), headers: {} }));
  let acknowledged = false;
  stage.commit({ records, state: [], events: [] }, () => (acknowledged = true));
  await time.advance(5_000);
  t.true(acknowledged);
  t.is(appended, 3);
});
