import type { Polled } from './cases/polls-real.js';
import { measured, median, serving } from './cases/processes.js';

/**
 * Polls from permit to acknowledgement, against the same polls in a bare loop over the same libraries; turns are interleaved, each in a process
 * of its own, without and with 50 ms of latency. `npm run bench -- polls [ROUNDS] [POLLS] [SYMBOLS] [IN_FLIGHT]`
 */
const [rounds = 3, polls = 20_000, symbols = 5_000, inFlight = 64] = process.argv.slice(3).map(Number);

for (const latencyMs of [0, 50]) {
  const server = await serving<number>('quote-server', String(latencyMs));
  const args = [server.said, polls, symbols, inFlight].map(String);
  const real: Polled[] = [];
  const bare: Polled[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await measured<Polled>('polls-bare', args));
    real.push(await measured<Polled>('polls-real', args));
  }
  server.stop();
  const of = (all: readonly Polled[], key: keyof Polled): number => median(all.map(one => one[key]!));
  const line = (name: string, all: readonly Polled[]): string =>
    `${name}  ${of(all, 'perSecond').toFixed(0).padStart(6)} polls/s  ${of(all, 'cpuSecondsPer1000').toFixed(3)} CPU s per 1,000  latency p50 ${of(all, 'p50Ms').toFixed(1)} ms, p99 ${of(all, 'p99Ms').toFixed(1)} ms  rss ${of(all, 'rssMb').toFixed(0)} MB`;
  const ratio = (key: keyof Polled): string => (of(real, key) / of(bare, key)).toFixed(2);
  console.log(
    `${polls} polls of ${symbols} symbols, ${inFlight} in flight, ${latencyMs} ms of latency, median of ${rounds}:`,
  );
  console.log(`  ${line('FinanceLake', real)}`);
  console.log(`  ${line('bare loop  ', bare)}`);
  console.log(`  ratio to the bare loop: polls/s ${ratio('perSecond')}, CPU ${ratio('cpuSecondsPer1000')}`);
}
