import test from 'ava';
import { type Commit, LogFailure } from '../../src/log/log.js';
import { type MemoryLog, type MemoryLogOptions, openMemoryLog } from '../../src/log/memory.js';
import type { Event } from '../../src/records/event.js';
import { realTime } from '../../src/streams/time.js';
import { logContract, type Opened } from './contract.js';
import { batch, record, text } from './record-contract.js';

logContract(test, async bounds => {
  const events: Event[] = [];
  const opened = (log: MemoryLog): Opened => ({
    log,
    events,
    async reopen() {
      await log.close();
      return opened(log.crash());
    },
  });
  return opened(openMemoryLog({ ...bounds, time: realTime, report: event => events.push(event) }));
});

const withTopic = (options: MemoryLogOptions): MemoryLog => {
  const log = openMemoryLog(options);
  log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
  return log;
};

test('a crash loses exactly what was not acknowledged', async t => {
  const flushes: (() => void)[] = [];
  const log = withTopic({ acknowledge: done => flushes.push(done) });
  const first = log.append({ batches: [batch('t', 0, record('a'))], state: [['n', Buffer.from('1')]] });
  const answered: string[] = [];
  log.append({ batches: [batch('t', 0, record('b'))], state: [['n', Buffer.from('2')]] }).then(
    () => answered.push('stored'),
    () => answered.push('refused'),
  );
  flushes.shift()!();
  await first;
  const next = log.crash();
  for (const flush of flushes) flush();
  await Promise.resolve();
  t.deepEqual(answered, []);
  t.deepEqual(
    next.read('t', 0, 0, 1e6).map(({ key }) => key),
    ['a'],
  );
  t.is(text(next.get('n')), '1');
  await t.throwsAsync(log.append({ batches: [] }), { code: 'closed' });
});

test('an injected failure refuses the commit and all that were called behind it, and the same commit may follow', async t => {
  let broken = true;
  const fail = ({ state }: Commit) => (broken && state ? new LogFailure('disk', 'no space') : undefined);
  const log = withTopic({ fail });
  const commit = { batches: [batch('t', 0, record('a'))], state: [['n', Buffer.from('1')] as const] };
  const [first, second] = await Promise.allSettled([
    log.append(commit),
    log.append({ batches: [batch('t', 0, record('b'))] }),
  ]);
  t.deepEqual([first.status, second.status], ['rejected', 'rejected']);
  t.is(log.ends('t')[0]!.end, 0);
  broken = false;
  await log.append(commit);
  t.deepEqual(
    log.read('t', 0, 0, 1e6).map(({ key }) => key),
    ['a'],
  );
});
