import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { smallDisk } from '../small-disk.js';
import { config } from './polling-config.js';
import { scratch, start, tail, until } from './program.js';
import { simulated } from './simulated.js';

test('a full disk stops polling, is said, and is survived without a loss', async t => {
  const cwd = scratch(t);
  const disk = smallDisk();
  t.teardown(() => disk.remove());
  const simulator = await simulated(t, { quoteStepMs: 500 });
  writeFileSync(join(cwd, 'financelake.yaml'), config(simulator.url).replace('./log', join(disk.path, 'log')));
  const run = start(t, ['run'], { cwd });
  await until('it has records', () => (simulator.all.length > 10 ? true : undefined));
  disk.fill();
  await until(
    'it says that the disk is full',
    () => (run.err().includes('"event":"append-failed"') ? true : undefined),
    60_000,
  );
  await until(
    'polling has paused',
    async () => {
      const calls = simulator.counts().calls;
      await new Promise(resolve => setTimeout(resolve, 2_500));
      return simulator.counts().calls === calls ? true : undefined;
    },
    30_000,
  );
  t.is(await start(t, ['status'], { cwd }).ended, 0);
  disk.free();
  const before = simulator.counts().calls;
  await until('it goes on', () => (simulator.counts().calls > before + 10 ? true : undefined), 30_000);
  run.signal('SIGTERM');
  t.is(await run.ended, 0);
  const quotes = await tail(t, cwd, 'market.quotes');
  t.is(new Set(quotes.map(line => line.value.id)).size, quotes.length);
  const got = new Set(quotes.map(line => `${line.key} ${line.value.price}`));
  for (const served of simulator.all)
    for (const quote of served.quotes ?? [])
      t.true(got.has(`${quote.symbol} ${quote.price}`), `${quote.symbol} ${quote.price}`);
});
