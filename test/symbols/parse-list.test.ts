import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { parseCsvList } from '../../src/symbols/parse-csv-list.js';
import { parseStaticList, parseTextList } from '../../src/symbols/parse-text-list.js';
import { presets } from '../../src/symbols/presets.js';
import { selectListed } from '../../src/symbols/select-listed.js';
import type { Snapshot } from '../../src/symbols/snapshot.js';
import { symbolFault } from '../../src/symbols/symbol-fault.js';
import { runs } from '../property-runs.js';

const bytes = (text: string) => Buffer.from(text);
const symbols = (snapshot: Snapshot): readonly string[] | string =>
  snapshot.ok ? snapshot.symbols.map(one => one.symbol) : snapshot.reason;
const ofText = (text: string) => symbols(parseTextList(bytes(text)));
const ofCsv = (text: string, column = 'Symbol') => symbols(parseCsvList(bytes(text), { column, delimiter: ',' }));

test('a text list is one symbol a line, with comments, blank lines, a byte order mark and any line end', t => {
  t.deepEqual(ofText('\uFEFF# mine\r\nAAPL\r\n\r\n  BRK.B  # Berkshire\nT\rGAB^#\nAAPL\nTRUE\nNaN\n\t# end'), [
    'AAPL',
    'BRK.B',
    'T',
    'GAB^#',
    'TRUE',
    'NaN',
  ]);
  t.deepEqual(ofText(''), []);
  t.deepEqual(ofText('AAPL'), ['AAPL']);
});

test('a line that is no symbol refuses the list and is named', t => {
  const cases = [
    ['AAPL\nMS FT\n', 'line 2: "MS FT" is no symbol'],
    ['AAPL,MSFT', 'line 1: "AAPL,MSFT" is no symbol'],
    ['A\r\n\r\n"B"', 'line 3: "\\"B\\"" is no symbol'],
    ['A\u0000', 'line 1: "A\\u0000" is no symbol'],
    ['Ä', 'line 1: "Ä" is no symbol'],
    ['X'.repeat(33), `line 1: "${'X'.repeat(33)}" is no symbol`],
    ['A|B', 'line 1: "A|B" is no symbol'],
  ];
  for (const [text, reason] of cases) t.is(ofText(text!), reason!);
});

test('a page, an API answer and UTF-16 are no list', t => {
  t.regex(String(ofText('\n <!DOCTYPE html><html>')), /HTML/);
  t.regex(String(ofText('{"Information":"…"}')), /JSON/);
  t.regex(String(ofText('["A"]')), /JSON/);
  t.regex(String(ofCsv('<html>')), /HTML/);
  t.regex(String(symbols(parseTextList(Buffer.from('\uFEFFAAPL\n', 'utf16le')))), /^UTF-16/);
});

test('a static list is checked like a file', t => {
  t.deepEqual(symbols(parseStaticList([' A', 'T', 'A'])), ['A', 'T']);
  t.is(symbols(parseStaticList(['A', 'B C'])), 'entry 2: "B C" is no symbol');
});

test('any visible text without quotes, commas, semicolons and pipes is a symbol of up to 32 characters', t => {
  for (const symbol of 'A ABR$D GAB^# AACT+ AACT= EUR/USD NXT(EXP20091224) BRK-B -P-HIZ 0700.HK ^GSPC BTC:USDT 1'.split(
    ' ',
  ))
    t.is(symbolFault(symbol), undefined, symbol);
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 40 }),
      text => symbolFault(text) !== undefined || /^[!-~]{1,32}$/.test(text),
    ),
    runs(100),
  );
});

test('the S&P 500 file gives its 503 symbols as text', t => {
  const body = readFileSync(new URL('../../../test/symbols/sp500.csv', import.meta.url));
  const { url: _url, ...csv } = presets.sp500;
  const snapshot = parseCsvList(body, csv);
  if (!snapshot.ok) return t.fail(snapshot.reason);
  t.is(snapshot.symbols.length, 503);
  const has = new Map(snapshot.symbols.map(one => [one.symbol, one.name]));
  for (const symbol of ['BRK.B', 'BF.B', 'T', 'F', 'ON']) t.true(has.has(symbol), symbol);
  t.is(has.get('MMM'), '3M');
  t.is(snapshot.symbols.find(one => one.symbol === 'EL')?.name, 'Estée Lauder Companies (The)');
});

test('a CSV is read by its column name; values stay text; duplicates count once; quoted commas and line ends stay inside', t => {
  t.deepEqual(ofCsv('\uFEFFName,Symbol\r\n"Ford, Inc.\nDetroit",F\r\nOn,ON\n\n True , TRUE \nFord,F\nNull,NULL\n'), [
    'F',
    'ON',
    'TRUE',
    'NULL',
  ]);
  t.deepEqual(ofCsv('__proto__,constructor\nA,B\n', '__proto__'), ['A']);
  t.deepEqual(ofCsv('Symbol\n'), []);
});

test('a CSV without its column names those it has; a broken row is named by its line', t => {
  t.is(ofCsv('Ticker,Name\nA,B\n'), 'no column "Symbol"; it has: Ticker, Name');
  t.is(ofCsv(''), 'no column "Symbol"; it has: ');
  t.is(ofCsv('Symbol,Name\nA,x\nB,y,z\n'), 'line 3: 3 fields where the header has 2');
  t.is(ofCsv('Symbol,Name\nA,x\n,y\n'), 'line 3: no symbol');
  t.regex(String(ofCsv('Symbol,Name\nA,"x\nB,y\n')), /^line \d+: CSV_QUOTE_NOT_CLOSED$/);
  t.regex(String(ofCsv(`Symbol,Name\nA,"${'x\n'.repeat(100_000)}`)), /^line \d+: CSV_MAX_RECORD_SIZE$/);
});

const nasdaq = [
  'Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares',
  'AAPL|Apple Inc. - Common Stock|Q|N|N|100|N|N',
  'QQQX|"Quoted" Fund, Inc. |G|N|N|100|Y|N',
  'ZAZZT|Tick Pilot Test Stock|G|Y|N|100||N',
  'ON|ON Semiconductor Corporation - Common Stock|Q|N|N|100|N|N',
  'File Creation Time: 0313202621:31|||||||',
  '',
].join('\r\n');

const others = [
  'ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol',
  'ABR$D|Arbor Realty Trust 6.375% Series D|N|ABRpD|N|100|N|ABR-D',
  'ATEST.A|NYSE American test|A|ATEST.A|N|100|Y|ATEST.A',
  'BRK.B|Berkshire Hathaway Inc. Class B|N|BRK.B|N|10|N|BRK.B',
  'File Creation Time: 0313202621:31||||||',
  '',
].join('\r\n');

test('both Nasdaq directories are read by header name, without test issues and footer', t => {
  const { url: _n, ...listed } = presets['nasdaq-listed'];
  const { url: _o, ...other } = presets['other-listed'];
  t.deepEqual(symbols(parseCsvList(bytes(nasdaq), listed)), ['AAPL', 'QQQX', 'ON']);
  t.deepEqual(symbols(parseCsvList(bytes(others), other)), ['ABR$D', 'BRK.B']);
  t.is(
    symbols(parseCsvList(bytes(nasdaq), other)),
    'no column "ACT Symbol"; it has: Symbol, Security Name, Market Category, Test Issue, Financial Status, Round Lot Size, ETF, NextShares',
  );
});

test('a directory cut short anywhere is refused', t => {
  const { url: _n, ...listed } = presets['nasdaq-listed'];
  const whole = nasdaq.indexOf('File Creation Time') + 'File Creation Time'.length;
  for (let end = 0; end < whole; end++) t.false(parseCsvList(bytes(nasdaq.slice(0, end)), listed).ok, `cut at ${end}`);
});

test('a listing is filtered by exchange and asset type in any case, unusable rows left out, and an empty choice says what there is', t => {
  const listed = [
    { symbol: 'A', exchange: 'NYSE', assetType: 'Stock' },
    { symbol: 'SPY', exchange: 'NYSE ARCA', assetType: 'ETF' },
    { symbol: 'Q', exchange: 'NASDAQ', assetType: 'Stock' },
    { symbol: 'B AD', exchange: 'NYSE', assetType: 'Stock' },
    { symbol: 'ZVZZT', exchange: 'NASDAQ', assetType: 'Stock' },
    { symbol: 'X' },
  ];
  t.deepEqual(symbols(selectListed(listed, {})), ['A', 'SPY', 'Q', 'ZVZZT', 'X']);
  t.deepEqual(symbols(selectListed(listed, { exchange: ['nyse', 'NASDAQ'], assetType: ['STOCK'] })), [
    'A',
    'Q',
    'ZVZZT',
  ]);
  t.regex(
    String(symbols(selectListed(listed, { exchange: ['NSYE'] }))),
    /none of its 5 symbols .* NYSE, NYSE ARCA, NASDAQ, none/,
  );
  t.deepEqual(symbols(selectListed([], { exchange: ['NYSE'] })), []);
});
