import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { tempDirectory } from '../log/temp-log.js';
import type { Result } from './result.js';

/** So many damages are tried by one process on copies of one log. */
export const damagesInRow = 100;

/** The closed log is cut or scrambled: it is refused with its mend, or read around with a word about what is missing, or it was no harm. */
export async function damage(seed: number, row: number, report: (result: Result) => void): Promise<void> {
  const script = fileURLToPath(new URL('../log/damage-child.js', import.meta.url));
  const [first, end] = [row * damagesInRow, (row + 1) * damagesInRow];
  const args = [script, tempDirectory(), ...[seed, first, end].map(String)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | string>(resolve =>
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 1)),
  );
  let count = first;
  for await (const line of createInterface(child.stdout)) {
    const [, what = '', outcome = 'it died of that'] = line.split('\t');
    const isGood = /^(refused|skipped|unharmed)$/.test(outcome);
    report({ name: `damage/${row}/${count++}`, faults: isGood ? [] : [outcome], detail: `${what}: ${outcome}` });
  }
  const ending = await ended;
  if (ending !== 0 || count !== end)
    report({
      name: `damage/${row}`,
      faults: [`it ended with ${ending} after ${count - first}`],
      detail: 'all of them',
    });
}
