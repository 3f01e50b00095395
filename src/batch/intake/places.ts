import { constants } from 'node:fs';
import { access, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';

/** Where files lie; all beside the inbox, so that a move is one rename. */
export interface Places {
  readonly inbox: string;
  readonly inflight: string;
  readonly archive: string;
  readonly quarantine: string;
}

/** A file below one of the places: path below it, with `/`. */
export interface Placed {
  readonly path: string;
  readonly name: string;
}

export const placesBeside = (inbox: string): Places => {
  const beside = (name: string): string => join(dirname(inbox), name);
  return { inbox, inflight: beside('inflight'), archive: beside('archive'), quarantine: beside('quarantine') };
};

/** @throws Error with the code of the system call */
export async function makePlaces(places: Places): Promise<void> {
  for (const path of Object.values(places) as string[]) {
    await mkdir(path, { recursive: true });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  }
}

/**
 * Moves a file to a name below `place`, in one step. Where the name is taken the file becomes `NAME~MARK.EXT`.
 * One process moves files here: between the look and the rename nobody else takes a name.
 * @param before what has to lie there before the file does
 * @throws Error with the code of the system call
 */
export async function moveInto(
  place: string,
  file: Placed,
  mark: string,
  before?: (path: string) => Promise<void>,
): Promise<Placed> {
  for (let attempt = 0; ; attempt++) {
    const name = attempt === 0 ? file.name : marked(file.name, attempt === 1 ? mark : `${mark}-${attempt}`);
    const path = join(place, name);
    if (await isThere(path)) continue;
    await mkdir(dirname(path), { recursive: true });
    await before?.(path);
    await rename(file.path, path);
    return { path, name };
  }
}

const reasonOf = (path: string): string => `${path}.reason.json`;

/** What happened to a file, beside it. Written before the file comes, so that no file lies there without. */
export const writeReason = (path: string, reason: object): Promise<void> =>
  writeFile(reasonOf(path), `${JSON.stringify(reason, null, 2)}\n`);

export const removeReason = (path: string): Promise<void> => rm(reasonOf(path), { force: true });

export const isReason = (name: string): boolean => name.endsWith('.reason.json');

/** `.csv.gz` is one ending: the mark must not hide what the file is. */
function marked(name: string, mark: string): string {
  const packing = /\.(gz|zst)$/i.exec(name)?.[0] ?? '';
  const bare = name.slice(0, name.length - packing.length);
  const ending = extname(bare);
  return `${bare.slice(0, bare.length - ending.length)}~${mark}${ending}${packing}`;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
