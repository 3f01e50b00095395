import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogFailure } from '../log.js';

/**
 * Who writes: a file with process id and start time. It needs no clean-up after a kill, because the pair never comes back, and it can name the owner.
 * A socket would do the same, but paths of sockets end at 107 bytes. Two starters that race past a dead owner, or owners in different containers, are told
 * apart by the fence: the id is written into the database at open, and a commit of any other id does not happen. So the file is for a prompt and clear answer,
 * the fence for safety.
 */
export interface WriterClaim {
  /** The value of the fence. */
  readonly id: number;
  /** @throws LogFailure `locked` when another starter was quicker */
  confirm(): void;
  release(): void;
}

interface Owner {
  readonly pid: number;
  readonly started: string;
  readonly id: number;
}

/** @throws LogFailure `locked` when the owner lives; errors of the file system as they are */
export function claimWriter(path: string): WriterClaim {
  const file = join(path, 'writer.json');
  const refuseLiving = (): void => {
    const owner = readOwner(file);
    if (owner && isLiving(owner)) throw locked(path, owner);
  };
  refuseLiving();
  const self: Owner = { pid: process.pid, started: startOf(process.pid) ?? '', id: randomInt(1, 2 ** 47) };
  const draft = `${file}.${randomUUID()}`;
  try {
    writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  return {
    id: self.id,
    confirm() {
      if (readOwner(file)?.id !== self.id) {
        refuseLiving();
        throw new LogFailure('locked', `another process has taken over the log in ${path}`);
      }
    },
    release() {
      if (readOwner(file)?.id === self.id) rmSync(file, { force: true });
    },
  };
}

/** True while a process that writes to `path` lives on this machine. */
export function hasWriter(path: string): boolean {
  const owner = readOwner(join(path, 'writer.json'));
  return owner !== undefined && isLiving(owner);
}

const locked = (path: string, owner: Owner): LogFailure =>
  new LogFailure('locked', `process ${owner.pid} writes to the log in ${path}: stop it, or choose another log.path`);

function readOwner(file: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner> | null;
    const { pid, started, id } = owner ?? {};
    if (typeof pid !== 'number' || typeof started !== 'string' || typeof id !== 'number') return undefined;
    return { pid, started, id };
  } catch {
    // Absent, cut or scrambled: nobody can be named, and the fence protects the data.
    return undefined;
  }
}

function isLiving(owner: Owner): boolean {
  const started = startOf(owner.pid);
  if (started !== undefined) return started === owner.started;
  if (process.platform === 'linux') return false;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Boot and start time of a process that runs, undefined if there is none (a killed one that its parent has not collected counts as none). Linux only. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; behind it stand state (field 3) and, at field 22, the start in ticks since boot.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}
