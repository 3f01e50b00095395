import test from 'ava';
import { createSystemd } from '../../src/commands/systemd.js';
import type { Event } from '../../src/records/event.js';
import { createVirtualTime } from '../streams/virtual-time.js';

const ready: Event = { kind: 'ready' };
const draining: Event = { kind: 'draining', reason: 'SIGTERM', deadlineMs: 1000 };
const socket = { NOTIFY_SOCKET: '/run/systemd/notify' };

function told(env: Record<string, string>, send?: (notice: string) => Promise<void>) {
  const time = createVirtualTime(0);
  const notices: string[] = [];
  const warnings: string[] = [];
  const keep = async (notice: string): Promise<void> => void notices.push(notice);
  const parts = { env, pid: 7, time, send: send ?? keep, warn: (text: string) => void warnings.push(text) };
  return { time, notices, warnings, systemd: createSystemd(parts) };
}

test('systemd is told of readiness, of each reload and of the drain, in this order', async t => {
  const { time, notices, systemd } = told(socket);
  systemd.report({ kind: 'started', version: '1', config: 'f' });
  systemd.report(ready);
  systemd.reloaded();
  systemd.report(draining);
  await time.advance(600_000);
  t.deepEqual(notices, ['READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1']);
});

test('while somebody watches it beats three times within his time, from readiness to the end', async t => {
  const { time, notices, systemd } = told({ ...socket, WATCHDOG_USEC: '60000000', WATCHDOG_PID: '7' });
  await time.advance(100_000);
  t.deepEqual(notices, []);
  systemd.report(ready);
  await time.advance(60_000);
  t.deepEqual(notices, ['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
  systemd.report(draining);
  await time.advance(20_000);
  t.deepEqual(notices.slice(4), ['STOPPING=1', 'WATCHDOG=1'], 'a drain is watched, too');
  systemd.close();
  await time.advance(600_000);
  t.is(notices.length, 6);
  t.is(time.waiting, 0);
});

test('nothing is said where nobody listens, and nobody is told of another process', async t => {
  for (const env of [{}, { WATCHDOG_USEC: '60000000' }] as Record<string, string>[]) {
    const { time, notices, systemd } = told(env);
    systemd.report(ready);
    systemd.reloaded();
    await time.advance(600_000);
    t.deepEqual(notices, []);
  }
  const { time, notices, systemd } = told({ ...socket, WATCHDOG_USEC: '60000000', WATCHDOG_PID: '8' });
  systemd.report(ready);
  await time.advance(600_000);
  t.deepEqual(notices, ['READY=1']);
});

test('a notice that cannot be sent is warned of once, and ends nothing', async t => {
  const failing = async (): Promise<void> => {
    throw new Error('spawn systemd-notify ENOENT');
  };
  const { time, warnings, systemd } = told({ ...socket, WATCHDOG_USEC: '60000000' }, failing);
  systemd.report(ready);
  await time.advance(600_000);
  t.deepEqual(warnings, ['systemd is not told (READY=1): spawn systemd-notify ENOENT']);
});
