import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Chance, chanceOf } from '../../sources/fuzz/chance.js';
import { mutateBytes } from '../../sources/fuzz/mutate-bytes.js';
import { mutateCsv } from '../../sources/fuzz/mutate-csv.js';
import { filePath } from '../formats/reading.js';

interface Good {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface Damaged extends Good {
  readonly how: string;
  /** Read to its end, it is as wrong as a half file that is taken for a whole one. */
  readonly mustFault: boolean;
  /** A checksum covers every row: they are those of this file, or there is a fault. */
  readonly original?: Good;
}

const real = (name: string, lines?: number): Good => {
  const bytes = readFileSync(filePath(name));
  return { name, bytes: lines ? Buffer.from(bytes.toString().split('\n').slice(0, lines).join('\n')) : bytes };
};

const dummy = real('financelake-dummy.csv');
const objects = dummy.bytes
  .toString()
  .split('\n')
  .slice(1)
  .map(line => line.trim().split(','))
  .map(([symbol, date, open, high, low, close, volume]) => {
    const day = { open: Number(open), high: Number(high), low: Number(low), close: Number(close) };
    return { symbol, date, day, volume: Number(volume), tags: ['a', 1.5, null] };
  });
const zstd = real('made-plotly-apple.csv.zst');

export const texts: readonly Good[] = [
  dummy,
  real('made-semicolon-bom.csv'),
  real('yahoo-EA-15m.csv', 20),
  real('binance-BTCUSDT-banner.csv', 20),
  real('sp500.csv', 20),
  { name: 'utf16.tsv', bytes: Buffer.from(`\uFEFF${dummy.bytes.toString().replaceAll(',', '\t')}`, 'utf16le') },
  { name: 'lines.ndjson', bytes: Buffer.from(objects.map(one => JSON.stringify(one)).join('\n')) },
  { name: 'list.json', bytes: Buffer.from(JSON.stringify(objects, undefined, 1)) },
  { name: 'object.json', bytes: Buffer.from(JSON.stringify({ meta: { count: 6 }, bars: objects })) },
  { name: 'packed.csv.gz', bytes: gzipSync(real('yahoo-EA-15m.csv').bytes) },
  { name: 'parts.ndjson.gz', bytes: Buffer.concat(objects.map(one => gzipSync(`${JSON.stringify(one)}\n`))) },
  zstd,
];

export const parquets: readonly Good[] = [
  'decimal.parquet',
  'int96-snappy.parquet',
  'datapage-v2-snappy.parquet',
  'byte-stream-split-zstd.parquet',
  'made-EA-15m-zstd.parquet',
  'delta-nulls.parquet',
].map(name => real(name));

const isPacked = ({ name }: Good): boolean => /\.(gz|zst)$/.test(name);
const isParquet = ({ name }: Good): boolean => name.endsWith('.parquet');

type Harm = (chance: Chance, good: Good) => Omit<Damaged, 'how' | 'name'> & { readonly name?: string };

const inner = ({ name, bytes }: Good): Buffer => (name.endsWith('.gz') ? gunzipSync(bytes) : bytes);

const harms: Readonly<Record<string, Harm>> = {
  cut(chance, good) {
    const bytes = good.bytes.subarray(0, 1 + chance.below(good.bytes.length - 1));
    // Parts of gzip and of Zstandard are whole files: a cut between them cannot be seen.
    const isWhole = good.name === 'parts.ndjson.gz' || good === zstd;
    return { bytes, mustFault: isParquet(good) || (isPacked(good) && !isWhole) };
  },
  flipped(chance, good) {
    const bytes = Buffer.from(good.bytes);
    for (let times = 1 + chance.below(3); times > 0; times--) {
      // The footer is what a Parquet file is read by.
      const at =
        isParquet(good) && chance.next() < 0.5
          ? bytes.length - 1 - chance.below(Math.min(bytes.length, 600))
          : chance.below(bytes.length);
      bytes[at] = bytes[at]! ^ (1 << chance.below(8));
    }
    return { bytes, mustFault: false, ...(isPacked(good) && { original: good }) };
  },
  changed: (chance, good) => ({ bytes: Buffer.from(mutateBytes(chance, good.bytes)), mustFault: false }),
  zeroed(chance, good) {
    const bytes = Buffer.from(good.bytes);
    const at = chance.below(bytes.length);
    bytes.fill(0, at, at + 1 + chance.below(bytes.length - at));
    return { bytes, mustFault: !isParquet(good) && good.name !== 'utf16.tsv' && !isPacked(good) };
  },
  cells: (chance, good) => ({
    bytes: Buffer.from(mutateCsv(chance, inner(good).toString(), [dummy.bytes.toString(), '"', ',,,,', '\u2028'])),
    name: good.name.replace(/\.(gz|zst)$/, ''),
    mustFault: false,
  }),
  merged(chance, good) {
    const other = chance.pick([...texts, ...parquets]).bytes;
    return { bytes: Buffer.concat([good.bytes.subarray(0, chance.below(good.bytes.length)), other]), mustFault: false };
  },
  renamed: (chance, good) => ({ ...good, name: chance.pick([...texts, ...parquets]).name, mustFault: false }),
  garbage(chance, good) {
    const noise = Buffer.from(Array.from({ length: 1 + chance.below(3000) }, () => chance.below(256)));
    return { bytes: good.name.endsWith('.gz') ? gzipSync(noise) : noise, mustFault: isPacked(good) || isParquet(good) };
  },
  'long line'(chance, good) {
    const piece = chance.pick(['x', '"', ',', ';"', '[', '{"a":', '1', '\\', ' ', '\ud83d\ude00']);
    const bytes = Buffer.concat([inner(good), Buffer.alloc(3 * 2 ** 20, piece)]);
    return { bytes: good.name.endsWith('.gz') ? gzipSync(bytes) : bytes, mustFault: false };
  },
  bomb: (chance, good) => ({
    bytes: chance.next() < 0.5 ? gzipBomb : zstdBomb,
    name: good.name.replace(/\.(gz|zst)$/, '') + chance.pick(['', '.gz', '.zst']),
    mustFault: true,
  }),
};

/** 256 MiB of lines of commas. */
const gzipBomb = Buffer.concat(
  Array.from({ length: 4 }, () => gzipSync(Buffer.alloc(64 * 2 ** 20, ',\n'), { level: 9 })),
);

/** 32 GiB of one letter: blocks that repeat a byte. */
const zstdBomb = Buffer.concat([
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]),
  Buffer.alloc(4 * 2 ** 18, Buffer.from([0x02, 0x00, 0x10, 0x61])),
]);

/** Long lines and bombs take a hundred times as long as the others. */
const rare = ['long line', 'bomb'];
const frequent = Object.keys(harms).filter(how => !rare.includes(how));

/** The `index`th damaged file of a seed. */
export function damagedFile(seed: number, index: number, goods: readonly Good[]): Damaged {
  const chance = chanceOf(seed, index);
  const good = chance.pick(goods);
  const how = chance.next() < 0.02 ? chance.pick(rare) : chance.pick(frequent);
  return { name: good.name, how, ...harms[how]!(chance, good) };
}
