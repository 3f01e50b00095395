import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { openCsv } from '../../../src/batch/formats/csv.js';
import { chunkRows } from '../../../src/batch/formats/filling.js';
import { replaying, runs } from '../../property-runs.js';
import { anyTable, bytesAsFile, filePath, outcomeOf, type Read, readTable } from './reading.js';

const read = async (text: string, layout: Partial<typeof anyTable.text> = {}): Promise<Read> =>
  readTable(await openCsv(bytesAsFile(Buffer.from(text), 'a.csv'), { text: { ...anyTable.text, ...layout } }));

const rowsOf = async (text: string, layout: Partial<typeof anyTable.text> = {}) => (await read(text, layout)).rows;

test('rows of another width than the header are broken and never shifted', async t => {
  const text = 'a,b,c\n1,2,3\n1,2\n1,2,3,4\n\n4,5,6\n';
  const expected = [
    ['1', '2', '3'],
    '2 cells where the header has 3',
    '4 cells where the header has 3',
    ['4', '5', '6'],
  ];
  t.deepEqual(await rowsOf(text), expected);
  t.deepEqual(await rowsOf(text.replace('a,', '"a""",')), expected);
});

test('columns are found whatever the delimiter, also where the comma is the decimal sign', async t => {
  t.deepEqual((await read('d;o\n2024-01-01;1,5\n2024-01-02;2,5\n')).heads, ['d', 'o']);
  t.deepEqual(await rowsOf('2024-01-01;1,5\n2024-01-02;2,5\n', { header: false }), [
    ['2024-01-01', '1,5'],
    ['2024-01-02', '2,5'],
  ]);
  t.deepEqual((await read('d\to\n2024-01-01\t\n')).rows, [['2024-01-01', '']]);
  t.deepEqual((await read('d|o|n\n2024-01-01|1|a,b\n')).rows, [['2024-01-01', '1', 'a,b']]);
  t.deepEqual((await read('d||o\n1||2\n', { delimiter: '||' })).rows, [['1', '2']]);
  t.deepEqual((await read('symbol\nAAPL\n\nMSFT\n')).rows, [['AAPL'], ['MSFT']]);
});

test('lines above the header go by their shape, lines behind the footer by its pattern', async t => {
  const table = 'date,open,close\n2024-01-01,1,2\n2024-01-02,2,3\n';
  for (const banner of ['My report\n', 'a,b\n\n\n', 'Report,,\n', 'from 2020,to 2024\nx\n']) {
    const found = await openCsv(bytesAsFile(Buffer.from(banner + table), 'a.csv'), anyTable);
    t.deepEqual(found.columns, ['date', 'open', 'close'], banner);
    t.is(found.layout?.skip, banner.split('\n').length - 1);
    t.deepEqual((await readTable(found)).rows.length, 2);
  }
  t.is((await rowsOf(`x,y,z\n1,2,3\n${table}`, { skip: 2 })).length, 2);
  for (const quoted of ['', '"q",1,2\n'])
    t.is((await rowsOf(`${table}${quoted}Total,3,5\n2024-01-03,3,4\n`, { footer: '^Total' })).length, quoted ? 3 : 2);
});

test('lines to skip are counted the same wherever their CR LF is cut', async t => {
  const bytes = Buffer.from('x,y\r\n\r\np,q\r\na,b\r\n1,2\r\n');
  for (let at = 1; at < bytes.length; at++) {
    const table = await openCsv(bytesAsFile(bytes, 'a.csv', at, bytes.length), { text: { skip: 3, header: true } });
    t.deepEqual([table.columns, (await readTable(table)).rows], [['a', 'b'], [['1', '2']]], `${at}`);
  }
});

test('a header that looks like data is taken as it is, and so is what comes first', async t => {
  t.deepEqual((await read('1,2\n3,4\n')).heads, ['1', '2']);
  t.deepEqual((await read('1,2\n3,4\n', { header: false })).rows.length, 2);
  t.deepEqual((await read('symbol,2023,2024\nAAPL,n/a,n/a\n')).heads, ['symbol', '2023', '2024']);
});

test('a delimiter at the end of each row makes no broken rows, at the end of some it does', async t => {
  const every = await read('a,b\n1,2,\n3,4,\n');
  t.deepEqual(
    [every.heads, every.rows],
    [
      ['a', 'b', ''],
      [
        ['1', '2', ''],
        ['3', '4', ''],
      ],
    ],
  );
  t.deepEqual(await rowsOf('a,b\n1,2\n3,4,\n'), [['1', '2'], '3 cells where the header has 2']);
});

test('quotes that do not pair stay in their cell, or break their row, or the file', async t => {
  t.deepEqual(await rowsOf('a,b\n"x"y,1\nz,2\n'), [
    ['"x"y', '1'],
    ['z', '2'],
  ]);
  t.deepEqual(await rowsOf('a,b\n5" pipe,1\n'), [['5" pipe', '1']]);
  t.deepEqual(await rowsOf('a,b\n1,"x\n2,y\n3,z"\n4,w\n'), [
    'a cell holds what looks like further rows: a quote is missing',
    ['4', 'w'],
  ]);
  t.deepEqual(await rowsOf('a,b\n1,"x\ny ""z"""\n'), [['1', 'x\ny "z"']]);
  const open = bytesAsFile(Buffer.from('a,b\n1,"x\n2,y\n'), 'a.csv');
  t.is(await outcomeOf(() => openCsv(open, anyTable)), 'structure');
});

test('what is empty or has only a header is refused', async t => {
  for (const text of ['', '\n\r\n  \n', 'a,b', 'a,b\r\n\r\n', '\uFEFF'])
    t.is(
      await outcomeOf(() => openCsv(bytesAsFile(Buffer.from(text), 'a.csv'), anyTable)),
      'empty',
      JSON.stringify(text),
    );
});

test('a line without an end is given up after a megabyte, with and without a quote', async t => {
  for (const start of ['a,b\n1,', 'a,b\n1,"']) {
    let given = 0;
    const endless = {
      name: 'a.csv',
      path: '/a.csv',
      size: 10 ** 10,
      async *read() {
        yield Buffer.from(start);
        for (; given < 10 ** 10; given += 65_536) yield Buffer.alloc(65_536, start.endsWith('"') ? 'x\n' : 'x');
      },
    };
    t.is(await outcomeOf(() => openCsv(endless, anyTable)), 'structure');
    t.true(given < 2 ** 22, `${given}`);
  }
});

test('reading goes on at any row with the same rows, and chunks are bounded', async t => {
  const lines = Array.from({ length: 3 * chunkRows + 7 }, (_, at) => `${at + 1},${at % 7 === 0 ? '"""q"' : 'p'}`);
  for (const text of [lines.join('\n'), lines.join('\n').replaceAll('"', '')]) {
    const source = bytesAsFile(Buffer.from(`n,s\n${text}`), 'a.csv');
    const all = await readTable(await openCsv(source, anyTable));
    t.is(all.rows.length, lines.length);
    for (const from of [1, 2, chunkRows, chunkRows + 1, lines.length, lines.length + 1]) {
      const rest = await readTable(await openCsv(source, anyTable), ['s', 'n'], from);
      t.is(rest.first, from > lines.length ? undefined : from);
      t.deepEqual(
        rest.rows,
        all.rows.slice(from - 1).map(row => [row[1]!, row[0]!]),
      );
    }
    for await (const { rows } of (await openCsv(source, anyTable)).read([0], 1)) t.true(rows <= chunkRows);
  }
});

const layouts = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  end: fc.constantFrom('\n', '\r\n', '\r'),
  quoting: fc.constantFrom('needed', 'all', 'from some row on'),
  bom: fc.boolean(),
  blanks: fc.boolean(),
  lastEnd: fc.boolean(),
  encoding: fc.constantFrom('utf8', 'utf16le', 'utf16be'),
  pieces: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
});
const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }).map(text => text.replaceAll(/[\r\n\0]/g, '').trim()),
  fc.constantFrom('', '1.5', 'a,b', 'x;y', 'p|q', '"', '""', 'say "hi"', 'two\nlines'),
);
const tables = fc
  .integer({ min: 2, max: 5 })
  .chain(width => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }));

test('a table written in any dialect is read back as it was', async t => {
  await fc.assert(
    fc.asyncProperty(tables, layouts, async (rows, how) => {
      const heads = rows[0]!.map((_, at) => `head ${at}`);
      const written = [heads, ...rows].map((row, line) =>
        row
          .map(text => {
            const must = /["\r\n]|^\s|\s$/.test(text) || text.includes(how.delimiter);
            const quotes =
              must || how.quoting === 'all' || (how.quoting === 'from some row on' && line > rows.length / 2);
            return quotes ? `"${text.replaceAll('"', '""')}"` : how.blanks ? ` ${text} ` : text;
          })
          .join(how.delimiter),
      );
      // A row of nothing but blanks is a blank line, whatever wrote it.
      fc.pre(written.every(line => line.replaceAll('"', '').trim() !== ''));
      const text = `${how.bom || how.encoding !== 'utf8' ? '\uFEFF' : ''}${written.join(how.end)}${how.lastEnd ? how.end : ''}`;
      const bytes = Buffer.from(text, how.encoding === 'utf8' ? 'utf8' : 'utf16le');
      if (how.encoding === 'utf16be') bytes.swap16();
      const source = bytesAsFile(bytes, 'a.csv', ...how.pieces);
      const got = await readTable(await openCsv(source, { text: { ...anyTable.text, delimiter: how.delimiter } }));
      t.deepEqual(got.heads, heads);
      const holdsRow = (text: string) =>
        text.split('\n').some(line => line.split(how.delimiter).length >= heads.length);
      const doubtful = rows.map(row => row.some(text => text.includes('\n') && holdsRow(text)));
      t.deepEqual(
        got.rows.filter((_, at) => !doubtful[at]),
        rows.filter((_, at) => !doubtful[at]),
      );
    }),
    runs(300),
  );
});

const crude = fc
  .array(fc.constantFrom('a', '1', '.', ',', ',', ';', '\n', '\n', '\r\n', '\r', ' ', '\t', '"', '""', 'é', '\u00a0'), {
    maxLength: 60,
  })
  .map(parts => parts.join(''));

test('cutting plain lines and the parser make the same rows of any text', async t => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(crude, fc.constantFrom(undefined, '^a', '1'), async (body, footer) => {
      const rowsBelow = async (header: string) => {
        const layout = { ...anyTable.text, delimiter: ',', ...(footer && { footer }) };
        const outcome = await outcomeOf(() =>
          openCsv(bytesAsFile(Buffer.from(`${header}\n${body}`), 'a.csv'), { text: layout }),
        );
        return typeof outcome === 'string' ? outcome : outcome.rows;
      };
      const rows = await rowsBelow('h,i');
      read += rows.length > 0 && typeof rows !== 'string' ? 1 : 0;
      // A quote within a head sends all behind it to the parser.
      t.deepEqual(rows, await rowsBelow('"h""",i'));
    }),
    runs(1_000),
  );
  t.true(replaying || read > 300, `${read}`);
});

test('any text cut into pieces at any place gives the same rows or the same fault', async t => {
  await fc.assert(
    fc.asyncProperty(
      crude,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
      async (text, sizes) => {
        const bytes = Buffer.from(`h,i\n${text}`);
        const whole = await outcomeOf(() => openCsv(bytesAsFile(bytes, 'a.csv'), anyTable));
        t.deepEqual(await outcomeOf(() => openCsv(bytesAsFile(bytes, 'a.csv', ...sizes), anyTable)), whole);
      },
    ),
    runs(500),
  );
});

for (const name of ['made-semicolon-bom.csv', 'financelake-dummy.csv'])
  test(`${name} split at every byte is read the same`, async t => {
    const bytes = readFileSync(filePath(name));
    const whole = await readTable(await openCsv(bytesAsFile(bytes, name), anyTable));
    for (let at = 1; at < bytes.length; at++) {
      const halves = bytesAsFile(bytes, name, at, bytes.length);
      t.deepEqual(await readTable(await openCsv(halves, anyTable)), whole);
    }
  });
