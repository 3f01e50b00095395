import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { root as checkout, type Ending, until } from '../e2e/program.js';

const caches = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'financelake');

/** A small Debian with systemd, made once and kept outside of the checkout. */
function debian(): string {
  const path = join(caches, 'systemd-root-bookworm');
  if (existsSync(path)) return path;
  mkdirSync(caches, { recursive: true });
  const making = `${path}.${process.pid}`;
  const packages = 'systemd,systemd-sysv,dbus,ca-certificates,procps,libstdc++6';
  const { status, stderr, error } = spawnSync(
    'mmdebstrap',
    ['--variant=minbase', `--include=${packages}`, 'bookworm', making],
    { encoding: 'utf8' },
  );
  if (status !== 0) {
    rmSync(making, { recursive: true, force: true });
    throw new Error(`mmdebstrap: ${error ?? stderr}`);
  }
  renameSync(making, path);
  return path;
}

export interface Machine {
  /** Runs a command in it; both streams as one text. */
  readonly run: (...command: readonly string[]) => { readonly code: number; readonly text: string };
  /** A property of the unit, as `systemctl show` says it. */
  readonly show: (property: string) => string;
}

/** systemd as PID 1 of a container that sees `binds` (ours → there); its network is ours. Powered off at the end. */
export async function bootMachine(t: Ending, binds: Readonly<Record<string, string>>): Promise<Machine> {
  const all = { [process.execPath]: '/usr/bin/node', [checkout]: '/opt/financelake', ...binds };
  const child = spawn(
    'systemd-nspawn',
    [
      `--directory=${debian()}`,
      `--machine=financelake-${process.pid}`,
      '--boot',
      '--register=no',
      '--keep-unit',
      '--volatile=overlay',
      '--console=pipe',
      '--quiet',
      ...Object.entries(all).map(([ours, there]) => `--bind-ro=${ours}:${there}`),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  const hear = (text: string): void => {
    said = (said + text).slice(-10_000);
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  const ended = new Promise<void>(resolve => child.on('close', () => resolve()).on('error', () => resolve()));

  const init = await until('the machine has a first process', () => {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`systemd-nspawn does not run: ${said}`);
    return childOf(child.pid);
  });
  const run: Machine['run'] = (...command) => {
    const { status, stdout, stderr } = spawnSync('nsenter', ['-t', init, '-m', '-p', '-u', '-i', ...command], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    return { code: status ?? 1, text: `${stdout}${stderr}` };
  };
  t.teardown(async () => {
    run('systemctl', 'poweroff');
    const gone = await Promise.race([
      ended.then(() => true),
      new Promise(resolve => setTimeout(resolve, 20_000, false)),
    ]);
    if (!gone) child.kill('SIGKILL');
    await ended;
  });
  await until('systemd is up', () => /running|degraded/.test(run('systemctl', 'is-system-running').text) || undefined);
  return { run, show: property => run('systemctl', 'show', '--value', '-p', property, 'financelake').text.trim() };
}

function childOf(pid: number): string | undefined {
  const path = `/proc/${pid}/task/${pid}/children`;
  // The first child may be a stub that is gone at once: it is systemd when it says so.
  return readFileSync(path, 'utf8')
    .split(' ')
    .find(
      child =>
        child && existsSync(`/proc/${child}/comm`) && readFileSync(`/proc/${child}/comm`, 'utf8') === 'systemd\n',
    );
}

export const unitFile = join(checkout, 'deploy/systemd/financelake.service');
