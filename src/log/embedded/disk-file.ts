import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** All that was written to the file is on the disk. */
export function flushFile(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A new file that outlives a power cut: its content, and its name in the directory. */
export function writeDurably(path: string, text: string): void {
  const fd = openSync(path, 'w', 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

export interface Probe {
  /** @throws when the file system takes no writes: read only, shut down, out of quota */
  write(): void;
  close(): void;
}

/**
 * Asks the file system before lmdb does. When lmdb is refused in the middle of its pages, it prints the error into a buffer that is too short for it
 * (mdb_page_flush of lmdb-js 3.5.6: 100 bytes), and the process may end with SIGABRT: nothing is lost by that, but polling should pause instead.
 */
export function createProbe(path: string): Probe {
  let fd: number | undefined;
  const byte = Buffer.from('1');
  return {
    write() {
      fd ??= openSync(join(path, 'probe'), 'w', 0o600);
      try {
        writeSync(fd, byte, 0, 1, 0);
      } catch (error) {
        // The path may lead to another file system when the disk comes back.
        closeSync(fd);
        fd = undefined;
        throw error;
      }
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}
