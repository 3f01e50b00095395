import { createHash } from 'node:crypto';
import { closeSync, cpSync, existsSync, ftruncateSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../src/log/log.js';
import { LogFailure } from '../../src/log/log.js';
import { record } from './record-contract.js';
import { seeded } from './seeded.js';
import { openTemp } from './temp-log.js';

const small = { maxBytes: 8 << 20, retainBytes: 400_000 };
const topics = [
  ['bars', 'delete', 2],
  ['quotes', 'delete', 1],
  ['cursors', 'compact', 2],
] as const;
const hash = (value: Uint8Array): string => createHash('sha1').update(value).digest('base64');

/** All that the log holds, one line each, without the damage. */
function contentOf(log: Log): Set<string> {
  const lines = new Set<string>();
  for (const [topic, , partitions] of topics)
    for (let partition = 0; partition < partitions; partition++)
      for (let from = 0; ; ) {
        const records = log.read(topic, partition, from, 100_000);
        if (records.length === 0) break;
        for (const r of records)
          lines.add(`${topic}/${partition}/${r.offset} ${r.key} ${hash(r.value)} ${JSON.stringify(r.headers)}`);
        from = records.at(-1)!.offset + 1;
      }
  for (const [key, value] of log.range('')) lines.add(`${key} ${hash(value)}`);
  return lines;
}

async function fill(log: Log, random: () => number, commits: number): Promise<void> {
  for (const [topic, cleanup, partitions] of topics) log.ensureTopic(topic, { cleanup, partitions });
  for (let i = 0; i < commits; i++) {
    const size = Math.floor(random() ** 3 * 9000);
    await log.append({
      batches: [
        {
          topic: 'bars',
          partition: i % 2,
          records: [record(`S${i}`, Buffer.alloc(size, i), { 'fl-seq': String(i) }), record('T')],
        },
        ...(i % 3 ? [{ topic: 'quotes', partition: 0, records: [record('Q', Buffer.alloc(60, i))] }] : []),
        {
          topic: 'cursors',
          partition: i % 2,
          records: [record(`C${Math.floor(random() * 200)}`, Buffer.alloc(Math.floor(random() * 300), i))],
        },
      ],
      state: [[`cursor/${Math.floor(random() * 300)}`, Buffer.alloc(Math.floor(random() * 200), i)]],
    });
  }
}

/** Cuts the file, or flips bytes in it: anywhere, in the pages of the trees, or in the first two pages. */
function mutate(file: string, random: () => number): string {
  const { size } = statSync(file);
  const fd = openSync(file, 'r+');
  try {
    const choice = random();
    if (choice < 0.15) {
      const length = random() < 0.5 ? Math.floor(random() * size) : Math.floor(random() * (size / 4096)) * 4096;
      ftruncateSync(fd, length);
      return `cut to ${length} of ${size}`;
    }
    const trees: number[] = [];
    const head = Buffer.alloc(24);
    for (let page = 2; page * 4096 < size; page++) {
      readSync(fd, head, 0, 24, page * 4096);
      if (head.readUInt16LE(18) === 1 || head.readUInt16LE(18) === 2) trees.push(page);
    }
    const [where, page] =
      choice < 0.4
        ? (['anywhere', Math.floor(random() * (size / 4096))] as const)
        : choice < 0.85
          ? (['tree', trees[Math.floor(random() * trees.length)]!] as const)
          : (['meta', random() < 0.5 ? 0 : 1] as const);
    const within = where === 'meta' ? 160 : random() < 0.4 ? 200 : 4096;
    const count = random() < 0.7 ? 1 : Math.ceil(random() * 16);
    for (let i = 0; i < count; i++) {
      const at = page * 4096 + Math.floor(random() * within);
      const byte = Buffer.alloc(1);
      readSync(fd, byte, 0, 1, at);
      byte[0]! ^= random() < 0.5 ? 1 << Math.floor(random() * 8) : 1 + Math.floor(random() * 255);
      writeSync(fd, byte, 0, 1, at);
    }
    return `${where}: ${count} bytes in page ${page}`;
  } finally {
    closeSync(fd);
  }
}

/** @returns one word for what became of a damaged log; `!` before what must never be */
async function probe(path: string, whole: Set<string>, random: () => number): Promise<string> {
  let served: Set<string>;
  let refused: string | undefined;
  try {
    const { log, events } = await openTemp(path, small);
    served = contentOf(log);
    for (const line of served) if (!whole.has(line)) return `!served what was never written: ${line.slice(0, 80)}`;
    const reported = events.filter(({ kind }) => kind === 'log-damaged').length;
    const lost = whole.size - served.size;
    if (lost > 0 && reported === 0) return `!lost ${lost} without a word`;
    await fill(log, random, 20);
    for (const event of events.slice(reported))
      if (event.kind === 'log-damaged' && reported === 0) return '!broke while written';
    await log.close();
    refused = reported > 0 ? 'skipped' : 'unharmed';
  } catch (error) {
    if (!(error instanceof LogFailure)) return `!${String(error)}`;
    return error.code === 'damaged' && /move the directory aside/.test(error.message)
      ? 'refused'
      : `!${error.code}: ${error.message}`;
  }
  const { log } = await openTemp(path, small);
  contentOf(log);
  await log.close();
  return refused;
}

/** `damage-child.js DIRECTORY SEED FIRST COUNT`: prints the number of each mutation and what became of it, so that a death can be laid to its cause. */
const [directory = '', seed = '1', first = '0', count = '100'] = process.argv.slice(2);
const origin = join(directory, 'origin');
const isNew = !existsSync(origin);
const { log } = await openTemp(origin, small);
if (isNew) await fill(log, seeded(42), 400);
const whole = contentOf(log);
await log.close();
for (let i = Number(first); i < Number(count); i++) {
  const random = seeded(Number(seed) * 100_003 + i);
  const path = join(directory, 'copy');
  rmSync(path, { recursive: true, force: true });
  cpSync(origin, path, { recursive: true });
  const what = mutate(join(path, 'data.mdb'), random);
  writeSync(1, `${i}\t${what}\t`);
  writeSync(1, `${await probe(path, whole, random)}\n`);
}
