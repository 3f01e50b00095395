import { statSync } from 'node:fs';
import { LogFailure } from '../log.js';
import { dataFile } from './environment.js';

/**
 * Makes sure before each commit that the file which is open still lies under its name. lmdb would go on writing into a file that was deleted or replaced,
 * acknowledge all of it, and lose it when the process ends. An open file keeps its inode, so no other can come by it. One `stat` a commit, which flushes to the disk as well.
 * After a failure it is opened anew: a disk that was repaired may be mounted as another device then, and that it holds the same log is for the fence to say.
 * @param device on which it is open at the time; undefined: it will be opened anew
 * @throws LogFailure from what is returned: `gone` when there is no such file or another one, `disk` when it cannot be looked at
 */
export function createDataFileCheck(path: string): (device: number | undefined) => void {
  const file = dataFile(path);
  const opened = statSync(file);
  return device => {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.ino === opened.ino && (device === undefined || found.dev === device)) return;
    const how = found ? 'was replaced' : 'was deleted or moved';
    throw new LogFailure(
      'gone',
      `${file} ${how} while it was in use: nothing more is polled or stored. Put the file or a backup back if you can, then start again.`,
    );
  };
}
