import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { crashRounds, recordsOf } from './crash-rounds.js';
import { openTemp } from './temp-log.js';

/** Appends without end, up to four commits at once, and prints the number of each that was acknowledged. */
async function write(path: string): Promise<never> {
  const { log } = await openTemp(path, { retainBytes: 1 << 30, maxBytes: 1 << 30 });
  log.ensureTopic('t', { cleanup: 'delete', partitions: 3 });
  let n = Number(Buffer.from(log.get('n') ?? '-1').toString());
  writeSync(1, 'ready\n');
  for (;;) {
    const commits = Array.from({ length: 1 + (n & 3) }, async () => {
      const mine = ++n;
      const batches = [{ topic: 't', partition: mine % 3, records: recordsOf(mine) }];
      await log.append({ batches, state: [['n', Buffer.from(String(mine))]] });
      writeSync(1, `${mine}\n`);
    });
    await Promise.all(commits);
  }
}

/** `crash-child.js ROUNDS [SEED]` is the long form of the crash test; `crash-child.js write PATH` is the child. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [first = '200', second = '1'] = process.argv.slice(2);
  if (first === 'write') await write(second);
  console.log(await crashRounds(Number(first), Number(second)));
}
