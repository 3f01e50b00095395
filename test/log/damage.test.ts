import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { tempDirectory } from './temp-log.js';

const mutations = 60;

test('a cut or scrambled file is refused with its mend or read around: no crash, nothing false served, nothing lost in silence', async t => {
  const script = fileURLToPath(new URL('./damage-child.js', import.meta.url));
  const child = spawn(process.execPath, [script, tempDirectory(), '1', '0', String(mutations)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = new Promise(resolve => child.once('exit', (code, signal) => resolve(signal ?? code)));
  const outcomes: Record<string, number> = {};
  let last = '';
  for await (const line of createInterface(child.stdout)) {
    last = line;
    const outcome = line.split('\t')[2] ?? '';
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    t.regex(outcome, /^(refused|skipped|unharmed)$/, line);
  }
  t.is(await exit, 0, `died at: ${last}`);
  t.deepEqual(Object.keys(outcomes).sort(), ['refused', 'skipped', 'unharmed']);
  t.is(
    Object.values(outcomes).reduce((a, b) => a + b),
    mutations,
  );
});
