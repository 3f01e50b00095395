import { openEmbeddedLog } from '../../src/log/embedded/embedded-log.js';
import { type Commit, LogFailure } from '../../src/log/log.js';
import { realTime } from '../../src/streams/time.js';
import { record } from '../log/record-contract.js';
import { seeded } from '../log/seeded.js';
import { announce, say } from './announce.js';

export interface WriterOptions {
  readonly path: string;
  readonly seed: number;
  /** It ends after so many commits. */
  readonly commits: number;
  readonly retainBytes: number;
  readonly maxBytes: number;
  readonly dieBeforeReply?: number;
  /** A refused commit is tried again as it is, so often in a row; then it ends. */
  readonly retries?: number;
}

/** Commits of all shapes: small, over several pages, new keys of state and removed ones, a compact topic, nothing but state. */
function commitOf(random: () => number): Commit {
  const size = random() < 0.1 ? 20_000 + random() * 300_000 : random() ** 3 * 9_000;
  const headers = { n: String(Math.floor(random() * 1e9)) };
  const bars = { topic: 'bars', partition: Math.floor(random() * 3), records: [] as ReturnType<typeof record>[] };
  for (let i = 0; i <= random() * 4; i++)
    bars.records.push(record(`S${i}`, Buffer.alloc(Math.floor(size / (i + 1)), random() * 256), headers));
  const cursor = record(`C${Math.floor(random() * 40)}`, Buffer.alloc(Math.floor(random() * 300), random() * 256));
  const cursors = { topic: 'cursors', partition: Math.floor(random() * 2), records: [cursor] };
  const state = Array.from({ length: Math.floor(random() * 4) }, () => {
    const value = random() < 0.2 ? undefined : Buffer.alloc(Math.floor(random() ** 4 * 6_000), random() * 256);
    return [`cursor/${Math.floor(random() * 300)}`, value] as const;
  });
  const choice = random();
  return { batches: choice < 0.15 ? [] : choice < 0.6 ? [bars] : [bars, cursors], state };
}

const {
  path,
  seed,
  commits,
  retainBytes,
  maxBytes,
  dieBeforeReply,
  retries = 0,
} = JSON.parse(process.argv[2] ?? '') as WriterOptions;
const log = announce(await openEmbeddedLog({ path, maxBytes, retainBytes, report: () => undefined, time: realTime }), {
  dieBeforeReply,
});
log.ensureTopic('bars', { cleanup: 'delete', partitions: 3 });
log.ensureTopic('cursors', { cleanup: 'compact', partitions: 2 });
say(['ready', process.pid]);

const random = seeded(seed);
let left = commits;

/** As the commit stage does it: the very same commit until the log takes it. */
async function append(commit: Commit): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await log.append(commit);
      return;
    } catch (error) {
      if (!(error instanceof LogFailure) || error.code !== 'disk' || tries >= retries) throw error;
      await new Promise(resolve => setTimeout(resolve, 10));
    }
  }
}

while (left > 0) {
  const together = Math.min(left, 1 + Math.floor(random() * 4));
  left -= together;
  // Each lane tries again by itself: then commits of one turn may change places, as those of several sources do.
  await Promise.all(Array.from({ length: together }, () => append(commitOf(random))));
}
await log.close();
say(['ended']);
