import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fileEntries } from '../../../src/batch/ledger.js';
import { openEmbeddedReader } from '../../../src/log/embedded/embedded-reader.js';
import { seeded } from '../../log/seeded.js';

/**
 * `run.js [--kills N] [--seed S]`: the program reads 20 files and is killed with SIGKILL at random instants, N times; then it reads what is left. Each row has to be in
 * the log once, each file in the archive and nowhere else. The files come a few at a time, so that no kill finds nothing to do.
 */
const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
const kills = Number(values.kills);
const random = seeded(Number(values.seed));
const files = 20;
const rowsPerFile = 40_000;
const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url));

const root = mkdtempSync(join(tmpdir(), 'financelake-kills-'));
const inbox = join(root, 'data/inbox');
mkdirSync(inbox, { recursive: true });
writeFileSync(
  join(root, 'financelake.yaml'),
  `log: { path: ./log, retain: 2GiB }
http: { port: 0 }
logging: { format: json }
batch:
  inbox: ./data/inbox
  stableFor: 0s
  datasets:
    bars: { match: "*.csv", kind: bar, interval: 1m, columns: { symbol: symbol, time: time, open: open, high: high, low: low, close: close, volume: volume } }
`,
);

const drop = (nth: number): void => {
  const lines = ['symbol,time,open,high,low,close,volume'];
  for (let row = 0; row < rowsPerFile; row++) {
    const time = new Date(Date.UTC(2026, 0, 1) + row * 60_000).toISOString();
    lines.push(`S${nth}-${row % 7},${time},10.10,10.50,10.00,10.${20 + (row % 30)},${row}`);
  }
  // In one step, as a vendor's client should.
  const hidden = join(root, `file-${nth}.csv`);
  writeFileSync(hidden, `${lines.join('\n')}\n`);
  renameSync(hidden, join(inbox, `file-${nth}.csv`));
};

const start = (...args: string[]) =>
  spawn(process.execPath, [main, 'run', ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });

let dropped = 0;
for (let kill = 0; kill < kills; kill++) {
  while (dropped < Math.ceil(((kill + 1) * files) / kills)) drop(dropped++);
  const child = start();
  child.stderr.resume();
  const ended = once(child, 'exit');
  await new Promise(resolve => setTimeout(resolve, 300 + random() * 1_200));
  child.kill('SIGKILL');
  await ended;
}
while (dropped < files) drop(dropped++);
const last = start('--once');
let said = '';
last.stderr.setEncoding('utf8').on('data', (text: string) => {
  said += text;
});
const [code] = (await once(last, 'exit')) as [number | null];

const log = openEmbeddedReader(join(root, 'log'));
const times = new Map<string, number>();
for (const { partition, start: from, end } of log.ends('market.bars'))
  for (let at = from; at < end; ) {
    const page = log.read('market.bars', partition, at, 4 << 20);
    if (page.length === 0) break;
    for (const { headers } of page) times.set(headers['fl-id']!, (times.get(headers['fl-id']!) ?? 0) + 1);
    at = page.at(-1)!.offset + 1;
  }
const archived = [...fileEntries(log)].filter(({ state }) => state === 'archived').length;
await log.close();
const lying = readdirSync(join(root, 'data'), { recursive: true, encoding: 'utf8' }).filter(name =>
  name.endsWith('.csv'),
);
const inArchive = lying.filter(name => name.startsWith('archive/')).length;
const doubled = [...times.values()].filter(count => count > 1).length;
const lost = files * rowsPerFile - times.size;
console.log(
  `${kills} kills, ${files} files of ${rowsPerFile} rows: ${lost} lost, ${doubled} doubled, ${inArchive} of ${lying.length} files in the archive, ${archived} in the ledger`,
);
const isGood =
  code === 0 && lost === 0 && doubled === 0 && lying.length === files && inArchive === files && archived === files;
if (!isGood) console.log(said.slice(-2_000));
else rmSync(root, { recursive: true });
console.log(`${isGood ? 1 : 0} passed, ${isGood ? 0 : 1} failed`);
process.exit(isGood ? 0 : 1);
