import { statSync } from 'node:fs';
import { LogFailure } from '../log.js';
import { dataFile } from './environment.js';

/**
 * Makes sure before each commit that the file which is open still lies under its name. lmdb would go on writing into a file that was deleted or replaced,
 * acknowledge all of it, and lose it when the process ends. An open file keeps its inode, so no other can come by it. One `stat` a commit, which flushes to the disk as well.
 * @throws LogFailure from what is returned: `gone` when there is no such file or another one, `disk` when it cannot be looked at
 */
export function createDataFileCheck(path: string): () => void {
  const file = dataFile(path);
  const opened = statSync(file);
  return () => {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.ino === opened.ino && found.dev === opened.dev) return;
    const how = found ? 'was replaced' : 'was deleted or moved';
    throw new LogFailure(
      'gone',
      `${file} ${how} while it was in use: nothing more is polled or stored. Put the file or a backup back if you can, then start again.`,
    );
  };
}
