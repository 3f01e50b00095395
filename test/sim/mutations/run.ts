import { parseArgs } from 'node:util';
import { runNode, type Search, tryAll } from './broken-copy.js';
import { type Mutation, mutations } from './mutations.js';

// npm run test:mutations -- [--seeds N] [--only NAME]
// The worlds have to find each breakage by the promise that it breaks, and the seed that found it passes unbroken.

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '400' }, only: { type: 'string' } } });

async function look({ expected }: Mutation, copy: string): Promise<Search> {
  const { text } = await runNode(copy, ['build/test/sim/main.js', '--seeds', values.seeds, '--first']);
  const [, seed] = /^FAILED seed (\d+)/m.exec(text) ?? [];
  const [, rule] = /^ {2}\d\S+ ([a-z-]+): /m.exec(text) ?? [];
  if (seed === undefined) return { survived: `no world of ${values.seeds} has found it: ${text.slice(-500)}` };
  if (rule !== expected)
    return { survived: `seed ${seed} fails by ${rule ?? 'nothing'}, not by ${expected}: ${text.slice(-1_500)}` };
  const unbroken = await runNode(process.cwd(), ['build/test/sim/main.js', '--seed', seed]);
  if (unbroken.code !== 0)
    return { survived: `seed ${seed} fails without the breakage, too: ${unbroken.text.slice(-500)}` };
  return { found: `seed ${seed.padEnd(4)} by ${rule}` };
}

process.exitCode = await tryAll(
  mutations.filter(({ name }) => values.only === undefined || values.only === name),
  look,
);
