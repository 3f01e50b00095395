import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { openEmbeddedLog } from '../../src/log/embedded/embedded-log.js';
import { realTime } from '../../src/streams/time.js';

/** The embedded log and bare lmdb beside it, on one disk, with room for `maxBytes` each. */
export async function openStores(maxBytes: number) {
  const path = mkdtempSync(join(tmpdir(), 'fl-bench-'));
  const log = await openEmbeddedLog({
    path: join(path, 'log'),
    maxBytes,
    retainBytes: 2 ** 30,
    report: () => undefined,
    time: realTime,
  });
  const bare = open<Buffer, Buffer>({
    path: join(path, 'bare'),
    keyEncoding: 'binary',
    encoding: 'binary',
    mapSize: maxBytes,
  });
  return {
    log,
    bare,
    close: async (): Promise<void> => {
      await log.close();
      await bare.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}
