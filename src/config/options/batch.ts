import { intervals } from '../../records/interval.js';
import { list, map, oneOrMany, orAlone, record } from '../collections.js';
import { checkColumn, checkDataset, checkNumbers } from '../dataset-checks.js';
import { character, decimal, expression, path, timeFormat, timeZone, topic, url } from '../formats.js';
import { derived, notYet, optional, preset, required } from '../kind.js';
import { object } from '../object.js';
import { boolean, choice, duration, integer, number, secret, text } from '../scalars.js';

const names = oneOrMany(text());

const columnFields = {
  column: optional(
    names,
    'Head of the column; of several names the first that the file has. Letter case does not matter.',
  ),
  position: optional(integer({ min: 1, max: 100_000 }), 'Number of the column, from 1.'),
  value: optional(text(), 'What all rows have.'),
  name: optional(text(), 'A named group of `fileName`.'),
  format: optional(
    timeFormat,
    'How a time is written: tokens such as `DD/MM/YYYY HH:mm:ss`, or `iso`, `epoch-s`, `epoch-ms`, `epoch-us`, `epoch-ns`.',
  ),
  zone: optional(timeZone, 'Time zone of local times, and of the trading date.'),
  and: optional(
    names,
    'Head of a second column that holds the time of day; `format` is that of both, with a blank between.',
  ),
  factor: optional(decimal, 'Multiplies a number, exactly: `0.01` makes pounds of pence.'),
  type: optional(
    choice(['text', 'decimal', 'integer', 'date', 'time', 'boolean']),
    'What a column of a `row` holds; text when absent.',
  ),
};

const column = orAlone(object(columnFields, checkColumn), 'column', names);

const textFields = {
  delimiter: optional(character, 'What stands between the cells; found out when absent.'),
  encoding: optional(
    choice(['utf-8', 'utf-16le', 'utf-16be', 'latin1', 'windows-1252']),
    'How characters are written; found out when absent.',
  ),
  skip: preset(integer({ min: 0, max: 10_000 }), '0', 'Lines before the header.'),
  header: preset(boolean, 'true', '`false`: the first line is data, and columns go by their position.'),
  footer: optional(expression, 'A line that fits it, and all behind it, is no data.'),
};

const numberFields = {
  decimal: preset(choice(['.', ',']), '.', 'Decimal sign.'),
  thousands: optional(
    choice([',', '.', ' ', "'", '’']),
    'Mark between groups of three digits; there is none when absent.',
  ),
  nulls: preset(
    list(text(), { max: 100 }),
    '["null", none, nan, na, n/a, "#n/a", "-"]',
    'Cells of numbers and times that mean no value, beside the empty one; letter case does not matter.',
  ),
};

const wideFields = {
  except: preset(
    list(text(), { max: 1_000, unique: true }),
    '[]',
    'Columns that are no symbol, beside those that `columns` and `where` name.',
  ),
  field: optional(text(), 'What a cell is: a field of the record; `price` of quotes, `value` of rows when absent.'),
  heads: optional(
    expression,
    'Over the heads, with the groups `symbol` and `field`, where a symbol has several columns (`AAPL.Open`); `columns` then says which field is meant.',
  ),
};

const datasetFields = {
  match: required(
    oneOrMany(text()),
    'Which files: patterns such as `*.csv` or `vendor/**/*.parquet` over the path below the inbox. The first dataset that fits has the file.',
  ),
  kind: required(choice(['bar', 'quote', 'row']), 'What a row becomes; `row` keeps columns of its own.'),
  interval: optional(choice(intervals), 'How long the bars are. Required for bars.'),
  adjusted: preset(boolean, 'false', 'The prices of the bars are adjusted for splits and dividends.'),
  topic: derived(
    topic,
    '`market.bars`, `market.quotes` or `market.rows`, by kind',
    ({ kind }) => `market.${typeof kind === 'string' ? kind : 'row'}s`,
    'Where the records go.',
  ),
  format: optional(
    choice(['csv', 'ndjson', 'json', 'parquet']),
    'What the files are; by their ending when absent. CSV stands for all texts with cells.',
  ),
  text: preset(object(textFields), '{}', 'How lines of text are cut into cells.'),
  fileName: optional(expression, 'Over the name of the file without folders; its named groups are values for `name`.'),
  columns: preset(
    record(column),
    '{}',
    'Where each field of the record comes from: `FIELD: HEAD`, `FIELD: [HEAD, HEAD]`, or options. Bars: symbol, time or date, open, high, low, close, volume, adjustedClose, dividend, splitFactor, currency. Quotes: symbol, time or date, price, open, high, low, previousClose, volume, bid, ask. Rows: any; all columns of the file when there are none.',
  ),
  numbers: preset(object(numberFields, checkNumbers), '{}', 'How numbers are written in texts.'),
  where: preset(record(names), '{}', 'Only rows whose column (the key) has this value, or one of these.'),
  wide: optional(object(wideFields), 'Symbols are in the heads of columns.'),
  maxErrors: preset(number({ min: 0, max: 1 }), '0.1', 'Share of rejected rows beyond which the file is quarantined.'),
};

const nifi = object({
  url: required(url, 'Address of NiFi.'),
  username: required(text(), 'User name at NiFi.'),
  password: required(secret(), 'Password at NiFi.'),
  ca: optional(path, 'File with the certificate to trust (PEM).'),
});

/** Files from an inbox. */
export const batch = object(
  {
    engine: preset(
      choice(['embedded', 'nifi'], { nifi: 'Write `engine: embedded`, or remove the line.' }),
      'embedded',
      'Who reads the files.',
    ),
    nifi: notYet(optional(nifi, 'The NiFi instance, for `engine: nifi`.'), 'Remove the block.'),
    inbox: preset(path, './data/inbox', 'Directory into which files are dropped.'),
    datasets: preset(
      map(object(datasetFields, checkDataset)),
      '{}',
      'Which files there are and what their columns mean.',
    ),
    parallel: preset(integer({ min: 1, max: 64 }), '2', 'Files that are read at once.'),
    stableFor: preset(
      duration({ min: 0, max: 3_600_000 }),
      '2s',
      'A file is read once neither its size nor its time has changed for so long.',
    ),
  },
  ({ value: { datasets = {} }, report }) => {
    // Names of digits would not keep their order, and the first dataset that fits a file has it.
    const name = Object.keys(datasets).find(key => /^\d+$/.test(key));
    if (name !== undefined)
      report(
        'datasets',
        'wrong-value',
        `\`${name}\` cannot be the name of a dataset.`,
        'Use a name with a letter in it.',
      );
  },
);
