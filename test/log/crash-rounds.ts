import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readAll } from './contract.js';
import { record, text } from './record-contract.js';
import { seeded } from './seeded.js';
import { openTemp, tempDirectory } from './temp-log.js';

export interface CrashResult {
  readonly rounds: number;
  readonly acknowledged: number;
  /** Visible after the crash although the child could not print it any more. */
  readonly unprinted: number;
  readonly faults: readonly string[];
}

/** Commit `n` of the child: 1 to 5 records on one partition that say which they are. */
export const recordsOf = (n: number) =>
  Array.from({ length: 1 + (n % 5) }, (_, i) =>
    record(`${n}/${i}`, Buffer.alloc((n * 7919) % 6000, n), { n: String(n) }),
  );

/** Kills a writing child at random instants, and looks after each whether the log is what it must be. */
export async function crashRounds(rounds: number, seed: number): Promise<CrashResult> {
  const path = tempDirectory();
  const random = seeded(seed);
  const faults: string[] = [];
  let acknowledged = -1;
  let unprinted = 0;
  for (let round = 0; round < rounds; round++) {
    acknowledged = Math.max(acknowledged, await writeAndKill(path, Math.floor(random() * 60), random() * 8));
    const { log, events } = await openTemp(path);
    const newest = Number(text(log.get('n')) ?? '-1');
    if (newest < acknowledged) faults.push(`round ${round}: ${acknowledged} was acknowledged, ${newest} is the newest`);
    unprinted += newest - acknowledged;
    acknowledged = newest;
    for (let partition = 0; partition < 3; partition++) {
      const found = readAll(log, 't', partition, 1e6).map(
        ({ key, value, headers }) => `${key} ${value.length} ${headers.n}`,
      );
      const expected: string[] = [];
      for (let n = 0; n <= newest; n++)
        if (n % 3 === partition)
          for (const { key, value, headers } of recordsOf(n)) expected.push(`${key} ${value.length} ${headers.n}`);
      if (found.join() !== expected.join()) faults.push(`round ${round}: partition ${partition} differs`);
    }
    for (const event of events) if (event.kind === 'log-damaged') faults.push(`round ${round}: ${event.reason}`);
    await log.close();
  }
  return { rounds, acknowledged: acknowledged + 1, unprinted, faults };
}

/**
 * Kills a moment after so many acknowledgements: counted, because a busy machine gets to few of them in any time.
 * @returns the greatest number that was acknowledged
 */
async function writeAndKill(path: string, acknowledgements: number, afterMs: number): Promise<number> {
  const script = fileURLToPath(new URL('./crash-child.js', import.meta.url));
  const child = spawn(process.execPath, [script, 'write', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise(resolve => child.once('exit', resolve));
  let acknowledged = -1;
  let lines = 0;
  for await (const line of createInterface(child.stdout)) {
    // The last line may be cut: "12" of "123" is a smaller number and does no harm.
    if (line !== 'ready') acknowledged = Math.max(acknowledged, Number(line));
    if (lines++ === acknowledgements) setTimeout(() => child.kill('SIGKILL'), afterMs);
  }
  await exited;
  return acknowledged;
}
