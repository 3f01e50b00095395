import { spawn } from 'node:child_process';
import { interval, type Subscription } from 'rxjs';
import type { Env } from '../config/environment.js';
import type { Event } from '../records/event.js';
import type { Time } from '../streams/time.js';

export interface SystemdParts {
  readonly env: Env;
  readonly pid: number;
  readonly time: Time;
  /** Sends one notice; rejects where it cannot. */
  readonly send: (notice: string) => Promise<void>;
  readonly warn: (text: string) => void;
}

/** What a service of `Type=notify` tells its supervisor. */
export interface Systemd {
  /** Takes readiness and the drain from what the parts report. */
  report(event: Event): void;
  reloaded(): void;
  close(): void;
}

/**
 * Tells systemd that the instance is ready, reloads, stops, and, where the unit has `WatchdogSec=`, that its event loop turns: three times within that time.
 * Without NOTIFY_SOCKET nothing is said. Notices leave one after the other; one that cannot be sent is warned of once.
 */
export function createSystemd({ env, pid, time, send, warn }: SystemdParts): Systemd {
  if (!env.NOTIFY_SOCKET) return { report: () => undefined, reloaded: () => undefined, close: () => undefined };
  let last: Promise<void> = Promise.resolve();
  let hasWarned = false;
  const say = (notice: string): void => {
    last = last
      .then(() => send(notice))
      .catch((error: unknown) => {
        if (!hasWarned) warn(`systemd is not told (${notice}): ${(error as Error).message}`);
        hasWarned = true;
      });
  };
  const watchdogMs = watchdogOf(env, pid);
  let beating: Subscription | undefined;
  return {
    report({ kind }) {
      if (kind === 'draining') say('STOPPING=1');
      if (kind !== 'ready') return;
      say('READY=1');
      if (watchdogMs !== undefined) beating ??= interval(watchdogMs / 3, time).subscribe(() => say('WATCHDOG=1'));
    },
    reloaded() {
      say('RELOADING=1');
      say('READY=1');
    },
    close: () => beating?.unsubscribe(),
  };
}

/** Undefined where nobody watches, or where another process is watched. */
function watchdogOf({ WATCHDOG_USEC, WATCHDOG_PID }: Env, pid: number): number | undefined {
  const ms = Number(WATCHDOG_USEC) / 1000;
  const isOurs = !WATCHDOG_PID || Number(WATCHDOG_PID) === pid;
  return isOurs && ms > 0 ? ms : undefined;
}

/** Node has no datagram sockets of the local kind, so systemd's own small program sends; it waits until the notice was read. */
export const notifySystemd =
  ({ NOTIFY_SOCKET, PATH }: Env) =>
  (notice: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = spawn('systemd-notify', [notice], {
        stdio: 'ignore',
        env: { NOTIFY_SOCKET, PATH },
        timeout: 5_000,
      });
      child.on('error', reject);
      child.on('close', code => {
        if (code === 0) resolve();
        else reject(new Error(`systemd-notify ended with ${code}`));
      });
    });
