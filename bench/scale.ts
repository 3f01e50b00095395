import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Polled } from './cases/polls-real.js';
import { measured, serving } from './cases/processes.js';
import type { StartedUp } from './cases/start-up.js';

/**
 * What depends on the number of symbols: CPU of a poll, memory, delay of the event loop, start-up. `npm run bench -- scale [SYMBOLS…]`
 * At a set pace each symbol is polled every SYMBOLS / 500 s, 500 polls a second, with 50 ms of latency.
 */
const given = process.argv.slice(3).map(Number);
const sizes = given.length > 0 ? given : [1_000, 10_000, 100_000];
const polls = 20_000;

const atOnce = await serving<number>('quote-server', '0');
const cpu: number[] = [];
for (const size of sizes) {
  const args = [atOnce.said, polls, size, 64].map(String);
  const { cpuSecondsPer1000, rssMb } = await measured<Polled>('polls-real', args);
  cpu.push(cpuSecondsPer1000);
  const ratio = (cpuSecondsPer1000 / cpu[0]!).toFixed(2);
  console.log(
    `${size} symbols, as fast as it goes: ${cpuSecondsPer1000.toFixed(3)} CPU s per 1,000 polls (${ratio}), rss ${rssMb.toFixed(0)} MB`,
  );
}
atOnce.stop();

const slow = await serving<number>('quote-server', '50');
for (const size of sizes.filter(one => one <= 10_000)) {
  const args = [slow.said, size, size, 64, size * 2].map(String);
  const paced = await measured<Polled>('polls-real', args);
  console.log(
    `${size} symbols, 500 polls a second: loop p99 ${paced.loopP99Ms!.toFixed(1)} ms, ` +
      `latency p99 ${paced.p99Ms!.toFixed(0)} ms, rss ${paced.rssMb.toFixed(0)} MB`,
  );
}
slow.stop();

for (const size of sizes) {
  const path = mkdtempSync(join(tmpdir(), 'fl-bench-'));
  await measured('start-up', ['fill', path, String(size)]);
  const starting = ['start', path, String(size)];
  // The first start writes down the list; those that follow are what a restart is.
  await measured('start-up', starting);
  const { openMs, firstCallMs, scheduledMs, rssMb } = await measured<StartedUp>('start-up', starting);
  rmSync(path, { recursive: true, force: true });
  console.log(
    `start with ${size} cursors: log open after ${openMs.toFixed(0)} ms, first call after ${firstCallMs.toFixed(0)} ms, ` +
      `all scheduled after ${scheduledMs.toFixed(0)} ms, rss ${rssMb.toFixed(0)} MB`,
  );
}
