#!/usr/bin/env node
// Not compiled itself: `npx` links what it finds the first time and keeps that, so in a fresh clone the program must be there, and executable, before it is built.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../build/src/main.js', import.meta.url);
if (!existsSync(main)) {
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const project = fileURLToPath(new URL('..', import.meta.url));
  const hasCompiler = existsSync(compiler);
  if (hasCompiler) process.stderr.write('Building, once …\n');
  // On stdout is nothing but the result of the verb.
  const stdio = ['ignore', 2, 2];
  if (!hasCompiler || spawnSync(process.execPath, [compiler, '--incremental', '--project', project], { stdio }).status) {
    process.stderr.write('The program could not be built: run `npm ci` without --omit=dev, then `npm run build`.\n');
    process.exit(3);
  }
}
await import(main.href);
