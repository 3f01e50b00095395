import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { openTable } from '../../src/batch/formats/formats.js';

export interface TableRead {
  readonly rows: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

/** Every cell of a file, by the readers of the batch or (`bare`) by a plain loop over csv-parse. */
const [path = '', how] = process.argv.slice(2);
const started = performance.now();
const before = process.cpuUsage();
let rows = 0;
if (how === 'bare') {
  for await (const _ of createReadStream(path).pipe(parse())) rows++;
  rows--;
} else {
  const table = await openTable(path, { text: { skip: 0, header: true }, columns: {} });
  const all = table.columns.map((_, column) => column);
  for await (const chunk of table.read(all, 1)) rows += chunk.rows;
  await table.close();
}
const { user, system } = process.cpuUsage(before);
process.send!({
  rows,
  seconds: (performance.now() - started) / 1000,
  cpuSeconds: (user + system) / 1e6,
  peakMb: process.resourceUsage().maxRSS / 1024,
} satisfies TableRead);
