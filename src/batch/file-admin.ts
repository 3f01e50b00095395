import type { Log } from '../log/log.js';
import { createWriter, mergePrepared } from '../log/writer.js';
import type { FileSelection, FilesDone } from '../metrics/changes.js';
import { moveInto, type Places, removeReason } from './intake/places.js';
import { scanFiles } from './intake/scan.js';
import { entryChange, entryRecord, type FileEntry, fileEntries, stamp } from './ledger.js';

/** Puts files of the quarantine back into the inbox, where they are read as if dropped again. Needs no log. @throws Error with the code of a system call */
export async function retryFiles(places: Places, selection: FileSelection): Promise<FilesDone> {
  const { files } = await scanFiles(places.quarantine);
  const chosen = files.filter(({ name }) => 'all' in selection || selection.files.some(one => isNamed(one, name)));
  for (const file of chosen) {
    await moveInto(places.inbox, file, 'retry');
    await removeReason(file.path);
  }
  const done = chosen.map(({ name }) => name);
  const unknown = 'all' in selection ? [] : selection.files.filter(one => !done.some(name => isNamed(one, name)));
  return { done, unknown };
}

/** Takes contents out of the ledger, so that they are published when they are dropped again. What was published stays where it is. */
export async function forgetFiles(
  log: Log,
  parts: { readonly topic: string; readonly writer: string; readonly nowMs: number },
  selection: FileSelection,
): Promise<FilesDone> {
  const isSelected = ({ sha256, file, place }: FileEntry): boolean =>
    'all' in selection || selection.files.some(one => one === file || one === place || isHash(one, sha256));
  // What is being read has a process that writes its entry.
  const ended = [...fileEntries(log)].filter(({ place }) => place !== undefined);
  const chosen = ended.filter(isSelected);
  const writer = createWriter(log, { name: parts.writer, epoch: 0 });
  const gone = chosen.map((entry): FileEntry => ({ ...entry, state: 'forgotten', at: stamp(parts.nowMs) }));
  if (gone.length > 0)
    await log.append(
      mergePrepared(
        [writer.prepare(gone.map(entry => entryRecord(parts.topic, entry)))],
        gone.map(entry => entryChange(entry)),
      ),
    );
  const isThere = (one: string): boolean =>
    chosen.some(({ sha256, file, place }) => one === file || one === place || isHash(one, sha256));
  return {
    done: chosen.map(({ file }) => file),
    unknown: 'all' in selection ? [] : selection.files.filter(one => !isThere(one)),
  };
}

const isNamed = (asked: string, name: string): boolean => asked === name || asked === `quarantine/${name}`;

const isHash = (asked: string, sha256: string): boolean => /^[0-9a-f]{8,64}$/.test(asked) && sha256.startsWith(asked);
