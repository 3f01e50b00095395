// Runs dependency-cruiser over the compiled rooms and refuses a run that saw nothing: pointed at .ts files it passes silently on zero modules.
import { spawnSync } from 'node:child_process';

const { status, stdout, stderr } = spawnSync(
  'node_modules/.bin/depcruise',
  ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'build/src'],
  { encoding: 'utf8', maxBuffer: 1 << 28 },
);
const { summary } = JSON.parse(stdout || '{"summary":{"totalCruised":0,"violations":[]}}');
for (const { rule, from, to } of summary.violations) console.log(`${rule.severity} ${rule.name}: ${from} -> ${to}`);
console.log(`${summary.totalCruised} modules, ${summary.violations.length} violations`);
if (stderr) console.log(stderr);
process.exit(summary.totalCruised > 0 && summary.violations.length === 0 ? 0 : status || 1);
