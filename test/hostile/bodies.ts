import { body } from './answer.js';
import type { Case } from './cases.js';

const megabyte = 1 << 20;
const filled = (piece: string, length: number): string => piece.repeat(Math.ceil(length / piece.length));
const numbered = (count: number, piece: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => piece(at)).join('');

const bar = (values: Partial<Record<'open' | 'high' | 'low' | 'close' | 'volume', string>> = {}): string => {
  const { open = '"1.5"', high = '"2"', low = '"1"', close = '"1.7"', volume = '"10"' } = values;
  return `{"1. open":${open},"2. high":${high},"3. low":${low},"4. close":${close},"5. volume":${volume}}`;
};
const good = `"2024-06-04":${bar()}`;
const daily = (rows: string, outer = 'Time Series (Daily)'): string =>
  `{"Meta Data":{"4. Output Size":"Compact"},"${outer}":{${rows}}}`;
const day = (at: number): string => new Date(Date.UTC(1000, 0, 1) + at * 86_400_000).toISOString().slice(0, 10);
const deep = (depth: number, open: string, close: string, core = '1'): string =>
  open.repeat(depth) + core + close.repeat(depth);
const kraken = (pair: string): string => `{"error":[],"result":{"XXBTZUSD":${pair},"last":1}}`;
const head = 'timestamp,open,high,low,close,volume\r\n';
const listing = 'symbol,name,exchange,assetType,ipoDate,delistingDate,status\r\n';

const json = (name: string, make: () => string | Uint8Array, expect: RegExp, program = expect): Case => ({
  name,
  talk: body(make),
  expect,
  program,
});
const csv = (
  name: string,
  make: () => string | Uint8Array,
  expect: RegExp,
  asks: Case['asks'] = 'csv',
  program = expect,
): Case => ({
  name,
  talk: body(make, 'content-type: text/csv'),
  expect,
  asks,
  program,
});
const coins = (name: string, make: () => string, expect: RegExp): Case => ({
  name,
  talk: body(make),
  expect,
  asks: 'kraken',
});

const large = (one: Case): Case => ({ ...one, heavy: true });

/** What a server can send as the body of a proper answer. The expected text is the outcome's kind, records/rejected, and its detail. */
export const bodies: readonly Case[] = [
  large(json('100 MB of JSON', () => `{"a":"${filled('x', 100 * megabyte)}"}`, /^malformed too-large/)),
  json('lists nested 100,000 deep', () => deep(100_000, '[', ']'), /^malformed JSON, but no object/),
  json('objects nested 100,000 deep', () => deep(100_000, '{"a":', '}'), /^malformed no Time Series/),
  json('a price nested 100,000 deep', () => daily(`"2024-06-04":${bar({ open: deep(100_000, '[', ']') })}`), /^records 0\/1 /),
  large(json('eight million brackets', () => filled('[', 8 * megabyte - 9), /^malformed more than 300000 values/)),
  large(json('four million numbers', () => `[${filled('1,', 8 * megabyte - 9)}1]`, /^malformed more than 300000 values/)),
  large(json('290,000 numbers', () => `{"a":[${filled('1,', 580_000)}1]}`, /^malformed no Time Series/)),
  large(json('140,000 empty objects', () => `{"a":[${filled('{},', 420_000)}{}]}`, /^malformed no Time Series/)),
  large(json('290,000 keys', () => `{${numbered(290_000, at => `"${at.toString(36)}":0,`)}"z":1}`, /^malformed more than 1000 keys/)),
  large(json('290,000 fields of one bar', () => daily(`"2024-06-04":{${numbered(290_000, at => `"${at}":"0",`)}"x":"1"}`), /^records 0\/1 /)),
  large(json('45,000 bars', () => daily(numbered(45_000, at => `"${day(at)}":${bar()},`) + good), /^records 45001\/0 /)),
  large(json('290,000 rows that are no bars', () => daily(numbered(290_000, at => `"${at}":0,`) + good), /^records 1\/1001 /)),
  large(json('keys of a megabyte', () => `{${numbered(7, at => `"${filled(String(at), megabyte)}":"",`)}"a":""}`, /^malformed no Time Series/)),
  { ...large(json('a text of 7 MB that repeats the key', () => `{"Note":"${filled('CANARYKEY0123456 ', 7 * megabyte)}"}`, /^refused minute \*\*\*/)), closes: true },
  json('__proto__ and constructor as keys', () => `{"__proto__":{"Time Series (Daily)":{}},"constructor":{},${daily(`"__proto__":${bar()},${good}`).slice(1)}`, /^records 1\/1 /),
  json('only __proto__', () => `{"__proto__":{"Time Series (Daily)":{${good}}}}`, /^malformed no Time Series/),
  json('NaN as a number', () => daily(`"2024-06-04":${bar({ open: 'NaN' })}`), /^malformed JSON that is cut or broken/),
  json('NaN and Infinity as texts', () => daily(`"2024-06-03":${bar({ open: '"NaN"' })},"2024-06-02":${bar({ low: '"-Infinity"' })},${good}`), /^records 1\/2 /),
  json('1e400 as a number and as a text', () => daily(`"2024-06-03":${bar({ high: '1e400' })},"2024-06-02":${bar({ high: '"1e400"' })},${good}`), /^records 1\/2 /),
  large(json('a number of a million digits', () => daily(`"2024-06-03":${bar({ high: '9'.repeat(megabyte) })},${good}`), /^records 1\/1 /)),
  json('the same day twice', () => daily(`${good},"2024-06-04":${bar({ close: '"1.6"' })}`), /^records 1\/0 /),
  json('the same block twice', () => `{"Time Series (Daily)":{"x":1},${daily(good).slice(1)}`, /^records 1\/0 /),
  json('a renamed block', () => daily(good, 'Daily Time Series'), /^malformed no Time Series \(Daily\) in the answer, but Meta Data, Daily Time Series/),
  json('the block as a list', () => `{"Time Series (Daily)":[${bar()}]}`, /^malformed Time Series \(Daily\) is a list/),
  json('the year 1900', () => daily(`"1900-01-02":${bar()}`), /^records 1\/0 /),
  json('the years 2100, 0 and 275760', () => daily(`"2100-01-04":${bar()},"0000-00-00":${bar()},"275760-09-13":${bar()},${good}`), /^records 2\/2 /, /^records 1\/3 /),
  json('February 30', () => daily(`"2024-02-30":${bar()},${good}`), /^records 1\/1 /),
  json('empty texts', () => daily(`"":${bar()},"2024-06-03":${bar({ open: '""' })},${good}`), /^records 1\/2 /),
  json('a negative volume', () => daily(`"2024-06-04":${bar({ volume: '"-10"' })}`), /^records 1\/0 /, /^records 0\/1 /),
  json('UTF-8 with a byte order mark', () => `\uFEFF${daily(good)}`, /^records 1\/0 /),
  json('UTF-16', () => Buffer.from(daily(good), 'utf16le'), /^malformed UTF-16/),
  json('UTF-16 with a byte order mark', () => Buffer.from(`\uFEFF${daily(good)}`, 'utf16le'), /^malformed UTF-16/),
  json('UTF-16, big end first', () => Buffer.from(`\uFEFF${daily(good)}`, 'utf16le').swap16(), /^malformed UTF-16/),
  json('Latin-1 in a text', () => Buffer.from(daily(`${good},"é":{}`), 'latin1'), /^records 1\/1 /),
  json('invalid UTF-8 in a price', () => Buffer.from(daily(`"2024-06-04":${bar({ open: '"1\u00ff5"' })}`), 'latin1'), /^records 0\/1 /),
  json('zero bytes before and within', () => `\0\0${daily(good).replace('"1.5"', '"1\\u00005"')}`, /^malformed/),
  large(json('eight megabytes of blanks', () => filled(' ', 8 * megabyte - 9), /^malformed empty body/)),
  large(json('HTML without an end', () => `<html>${filled('<p>', 7 * megabyte)}`, /^unavailable an HTML page/)),
  large(csv('CSV of 45,000 rows', () => head + numbered(45_000, at => `${day(at)},1,2,1,1.5,10\r\n`), /^records 45000\/0 /)),
  large(csv('CSV of eight million line ends', () => head + filled('\n', 8 * megabyte - 99), /^malformed more than 300000/)),
  large(csv('CSV of 290,000 empty cells', () => head + filled(',,,,,\r\n', 400_000), /^(records|malformed)/)),
  large(csv('CSV of one line of 7 MB', () => head + filled('1', 7 * megabyte), /^malformed/)),
  large(csv('CSV with a quote that never ends', () => `${head}"${filled('x\n', 500_000)}`, /^malformed/)),
  csv('CSV in UTF-16', () => Buffer.from(`\uFEFF${head}2024-06-04,1,2,1,1.5,10\r\n`, 'utf16le'), /^malformed UTF-16/),
  csv('CSV with NaN, 1e400, blanks and a negative volume', () => `${head}2024-06-04,1,2,1,1.5,-10\r\n2024-06-03,NaN,2,1,1,1\r\n2024-06-02,1,1e400,1,1,1\r\n2024-05-31,,,,,\r\n`, /^records 1\/3 /, 'csv', /^records 0\/4 /),
  large(csv('a listing of 41,000 symbols', () => listing + numbered(41_000, at => `A${at},B,C,Stock,null,null,Active\r\n`), /^listing 41000/, 'listing')),
  large(csv('a listing of 370,000 symbols', () => listing + numbered(370_000, at => `A${at},,,,,,Active\r\n`), /^malformed more than 300000/, 'listing')),
  csv('a listing that names no status', () => `${listing}A,B,C,Stock,null,null,\r\n`, /^malformed listing is cut or changed/, 'listing'),
  large(csv('a CSV list of 299,000 rows', () => `Symbol\n${numbered(299_000, at => `${at.toString(36)}\n`)}`, /^ok 299000/, 'csv-list')),
  large(csv('a CSV list of four million rows', () => `Symbol\n${filled('A\n', 8 * megabyte - 99)}`, /^refused more than 300000/, 'csv-list')),
  csv('a CSV list with JSON in it', () => '{"Note":"slow down"}', /^refused it is JSON/, 'csv-list'),
  csv('a CSV list in UTF-16', () => Buffer.from('\uFEFFSymbol\nA\n', 'utf16le'), /^refused UTF-16/, 'csv-list'),
  large(coins('48,000 rows of Kraken', () => kraken(`[${numbered(48_000, at => `[${1_700_000_000 + at * 60},1,2,1,1.5],`)}[]]`), /^records \d+\/\d+ /)),
  coins('lists of Kraken nested 100,000 deep', () => kraken(deep(100_000, '[', ']')), /^records 0\/1 /),
  large(coins('290,000 errors of Kraken', () => `{"error":[${filled('"E",', 1_160_000 - 400)}"EQuery:Unknown asset pair"]}`, /^unknown-symbol/)),
  coins('__proto__ as the pair', () => '{"error":[],"result":{"__proto__":[]}}', /^(empty|malformed)/),
  coins('times of the years 1900, 2100 and 5138', () => kraken('[[-2208988800,1,2,1,1.5,1,1,1],[4102444800,1,2,1,1.5,1,1,1],[99999999999,1,2,1,1.5,1,1,1]]'), /^records 2\/1 /),
]; // biome-ignore format: a table
