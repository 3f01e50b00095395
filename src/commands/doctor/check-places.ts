import { accessSync, constants, existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placesBeside } from '../../batch/intake/places.js';
import { nearest } from './check-directory.js';
import { type Finding, failed, ok } from './finding.js';

const check = 'batch.inbox';

/**
 * Whether a file can go its way from the inbox by renames alone. What exists is tried with a hidden file, since two mounts of one file system refuse a rename, too; of
 * what does not exist its nearest parent is looked at.
 */
export function checkPlaces(inbox: string): readonly Finding[] {
  const places = placesBeside(inbox);
  const others = [places.inflight, places.archive, places.quarantine];
  const findings = [inbox, ...others].flatMap(path => rightsFault(path) ?? []);
  if (findings.length > 0) return findings;
  const device = statSync(nearest(inbox)).dev;
  const apart = others.find(path => statSync(nearest(path)).dev !== device);
  if (apart !== undefined) return [notTogether(inbox, apart)];
  return [
    moveFault(inbox, others) ?? ok(check, `${inbox} and the directories beside it are writable, on one file system`),
  ];
}

function rightsFault(path: string): Finding | undefined {
  const place = nearest(path);
  const mend = `Let this user read and write ${path}, or set batch.inbox to another place`;
  try {
    if (!statSync(place).isDirectory()) return failed(check, `${place} is no directory`, mend);
    accessSync(place, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return failed(check, (error as Error).message, mend);
  }
}

function moveFault(inbox: string, others: readonly string[]): Finding | undefined {
  const name = `.doctor.${process.pid}`;
  const ways = [inbox, ...others].filter(path => existsSync(path)).map(path => join(path, name));
  let at = 0;
  try {
    if (ways[0] === undefined) return undefined;
    writeFileSync(ways[0], 'x', { mode: 0o600 });
    for (; at + 1 < ways.length; at++) renameSync(ways[at]!, ways[at + 1]!);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EXDEV') return notTogether(inbox, ways[at + 1]!.slice(0, -name.length - 1));
    return failed(check, message, `Make room, or let this user write to ${ways[at]!.slice(0, -name.length - 1)}`);
  } finally {
    for (const way of ways) rmSync(way, { force: true });
  }
}

const notTogether = (inbox: string, other: string): Finding =>
  failed(
    check,
    `${inbox} and ${other} are not on one file system, so no file can be moved between them in one step`,
    'Mount one volume over the directory that holds both, not over the inbox alone',
  );
