import { accessSync, constants, existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasWriter } from '../../log/embedded/writer-claim.js';
import { type Finding, failed, note, ok } from './finding.js';

const gibi = 1024 ** 3;
const check = 'log.path';

/** Whether a log can be written in `path`: in its nearest parent where it does not exist yet. A directory that exists is tried with a file. */
export function checkDirectory(path: string, maxBytes: number): readonly Finding[] {
  try {
    const place = nearest(path);
    if (!statSync(place).isDirectory())
      return [failed(check, `${place} is no directory`, 'Move it, or set log.path to another place')];
    accessSync(place, constants.W_OK | constants.X_OK);
    // Rights say nothing of a disk that is full or mounted for reading.
    if (place === path) tryWriting(path);
    const { bavail, bsize } = statfsSync(place);
    const freeBytes = bavail * bsize;
    const free = `${(freeBytes / gibi).toFixed(1)} GiB free`;
    const what = place === path ? `${path} is writable` : `${path} can be made`;
    const uses = hasWriter(path) ? ', an instance runs with it' : '';
    const findings = [ok(check, `${what}, ${free}${uses}`)];
    if (freeBytes >= maxBytes) return findings;
    const cap = `log.maxBytes is ${(maxBytes / gibi).toFixed(1)} GiB`;
    return [
      ...findings,
      note(
        check,
        `${cap}, and there are ${free}`,
        'Lower log.maxBytes, or make room: else the disk is full before the cap',
      ),
    ];
  } catch (error) {
    const { message } = error as Error;
    return [failed(check, message, `Let this user write to ${path}, or set log.path to another place`)];
  }
}

/** The path itself, or the first directory above it that exists. */
export const nearest = (path: string): string =>
  existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));

function tryWriting(path: string): void {
  const file = join(path, `doctor.${process.pid}`);
  try {
    writeFileSync(file, 'x', { mode: 0o600 });
  } finally {
    rmSync(file, { force: true });
  }
}
