// The properties of the budget, as often as wanted: `npm run test:budget -- --runs N [--seed S]` on what is built. Closes with `N passed, N failed`.
import { spawnSync } from 'node:child_process';

const properties = [
  'budget-property.test',
  'counted-promise.test',
  'adaptive-limits.test',
  'adaptive-limits.long',
  'congestion.test',
];
let passed = 0;
let failed = 0;
for (const name of properties) {
  const config = name.endsWith('.long') ? ['--config', 'ava.long.config.mjs'] : [];
  const args = ['node_modules/.bin/ava', '--tap', '--timeout=4h', ...config, `build/test/schedule/${name}.js`];
  const { stdout, stderr } = spawnSync(process.execPath, [...args, '--', ...process.argv.slice(2)], {
    encoding: 'utf8',
  });
  const count = start => stdout.split('\n').filter(line => line.startsWith(start)).length;
  const [good, bad] = [count('ok '), count('not ok ')];
  passed += good;
  failed += good + bad === 0 ? 1 : bad;
  console.log(`${bad === 0 && good > 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (bad > 0 || good === 0) console.log(stdout + stderr);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
