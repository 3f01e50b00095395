// The whole gate in one command: builds, checks, tests, and closes with a line `N passed, N failed`. Each check counts as one.
//   node test/run.mjs           everything but the long tests
//   node test/run.mjs --long    the long tests, on what is built
//   node test/run.mjs --real    the tests on real brokers, on what is built; with a pattern behind it those whose titles match
//   node test/run.mjs --ops     the tests on a real Prometheus, on what is built
//   node test/run.mjs --systemd the unit under a real systemd, on what is built
//   node test/run.mjs --again   the tests alone, on what is built: for another version of Node
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const bin = name => `node_modules/.bin/${name}`;
const [mode = '', pattern] = process.argv.slice(2);
const config = {
  '--long': 'ava.long.config.mjs',
  '--real': 'ava.real.config.mjs',
  '--ops': 'ava.ops.config.mjs',
  '--systemd': 'ava.systemd.config.mjs',
}[mode];
let passed = 0;
let failed = 0;

/** Runs a command; its output is shown when it fails. Resolves with the exit code and what it printed. */
function run(command, args, onLine) {
  return new Promise(resolve => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
    let text = '';
    let rest = '';
    const take = chunk => {
      text += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      if (onLine) for (const line of lines) onLine(line);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', chunk => {
      text += chunk;
    });
    child.on('close', code => resolve({ code, text }));
    child.on('error', error => resolve({ code: 1, text: String(error) }));
  });
}

async function check(title, command, args) {
  const started = performance.now();
  const { code, text } = await run(command, args);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${title} (${seconds} s)`);
  if (code === 0) passed++;
  else {
    failed++;
    console.log(text);
  }
  return code === 0;
}

const started = performance.now();
let built = mode !== '';
if (!built) {
  rmSync('build', { recursive: true, force: true });
  built = await check('types: tsc', bin('tsc'), ['--incremental']);
}
if (built && mode === '')
  await Promise.all([
    check('lint: oxlint, type-aware', bin('oxlint'), ['--type-aware', '--deny-warnings']),
    check('format and lint: biome', bin('biome'), ['check', '--error-on-warnings', '.']),
    check('arrows between rooms: dependency-cruiser', 'node', ['test/arrows.mjs']),
    check('nothing unused: knip', bin('knip'), ['--no-progress']),
  ]);
if (built) {
  let inFailure = false;
  let tests = 0;
  const { code, text } = await run(
    process.execPath,
    [bin('ava'), '--tap', ...(config ? ['--config', config] : []), ...(pattern ? ['--match', pattern] : [])],
    line => {
      if (line.startsWith('ok ')) {
        tests++;
        passed++;
        inFailure = false;
      } else if (line.startsWith('not ok ')) {
        failed++;
        inFailure = true;
      } else if (line.startsWith('#') || line.startsWith('1..')) inFailure = false;
      if (inFailure || (config && line.startsWith('#   '))) console.log(line);
    },
  );
  if (code !== 0 && failed === 0) {
    failed++;
    console.log(text);
  }
  if (tests === 0) failed++;
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} tests: ava, ${tests} passed`);
}
console.log(`in ${((performance.now() - started) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
