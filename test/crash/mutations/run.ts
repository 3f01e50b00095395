import { parseArgs } from 'node:util';
import { runNode, type Search, tryAll } from '../../sim/mutations/broken-copy.js';
import { type Mutation, mutations } from './mutations.js';

// npm run test:crash-mutations -- [--only NAME]
// The named part of the crash tests has to find each breakage and to say so, and passes unbroken.

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const unbroken = new Map<string, Promise<{ readonly code: number | null; readonly text: string }>>();

/** Once for all breakages that the same part has to find. */
function runUnbroken(args: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> {
  const key = args.join(' ');
  const run = unbroken.get(key) ?? runNode(process.cwd(), args);
  unbroken.set(key, run);
  return run;
}

async function look({ part, says }: Mutation, copy: string): Promise<Search> {
  const args = part.endsWith('.js')
    ? ['node_modules/ava/entrypoints/cli.mjs', part]
    : ['build/test/crash/main.js', '--only', part];
  const { code, text } = await runNode(copy, args);
  if (code === 0) return { survived: `${part} passes` };
  if (!says.test(text)) return { survived: `${part} fails, but not by ${says}: ${text.slice(-1_500)}` };
  const whole = await runUnbroken(args);
  if (whole.code !== 0) return { survived: `${part} fails without the breakage, too: ${whole.text.slice(-500)}` };
  return { found: `by ${part}: ${says.exec(text)![0]}` };
}

process.exitCode = await tryAll(
  mutations.filter(({ name }) => values.only === undefined || values.only === name),
  look,
);
