import { list, map, oneOrMany, record } from '../collections.js';
import { character, path, symbol, url } from '../formats.js';
import { type ObjectOf, optional, preset, required } from '../kind.js';
import type { Checking } from '../object.js';
import { nameOf } from '../references.js';
import { choice, duration, number, text } from '../scalars.js';
import { tagged } from '../tagged.js';

/** Known lists on the web; src/symbols knows their addresses and columns. */
export const listPresets = ['sp500', 'nasdaq-listed', 'other-listed'] as const;

const day = 86_400_000;
const refresh = { min: 1_000, max: 366 * day };

const fixed = {
  list: required(
    list(symbol, { min: 1, max: 100_000, unique: true }),
    'The symbols, spelled as the source spells them.',
  ),
};

const file = {
  path: required(path, 'A file with one symbol a line (`#` begins a comment), or a CSV file.'),
  column: optional(text(), 'The file is CSV with a header, and the symbols are in this column.'),
  refresh: preset(duration(refresh), '5s', 'How often to look whether the file has changed.'),
};

const listing = {
  source: required(nameOf('sources'), 'The source whose listing is read; costs one of its calls each time.'),
  exchange: optional(oneOrMany(text()), 'Only symbols of these exchanges, as the listing names them.'),
  assetType: optional(oneOrMany(text()), 'Only symbols of these types, as the listing names them.'),
  refresh: preset(duration(refresh), '1d', 'How often to read the listing.'),
};

const httpCsv = {
  preset: optional(choice(listPresets), 'A known list; it sets the options below, each of which may be set otherwise.'),
  url: optional(url, 'Address of the file. Required without `preset`.'),
  column: optional(text(), 'Header of the column with the symbols. Required without `preset`.'),
  delimiter: optional(character, 'What stands between the columns; `,` when absent.'),
  where: optional(record(oneOrMany(text())), 'Only rows whose column (the key) has this value, or one of these.'),
  footer: optional(text(), 'The last line must begin with this, which proves that the file is whole, and is dropped.'),
  refresh: preset(duration(refresh), '1d', 'How often to fetch the file.'),
};

const common = {
  maxShrink: preset(
    number({ min: 0, max: 1 }),
    '0.5',
    'Share of the symbols that a refresh may lose; one that loses more is refused and the last good list kept.',
  ),
};

const checkHttpCsv = ({ entry, at, report }: Checking<ObjectOf<typeof httpCsv & typeof common>>): void => {
  if (entry('preset')) return;
  for (const key of ['url', 'column'] as const) {
    if (!entry(key))
      report(
        key,
        'missing',
        `\`${key}\` is missing, and there is no \`preset\` to set it.`,
        `Add \`${key}:\` to \`${at.path}\`, or \`preset:\` with one of: ${listPresets.join(', ')}.`,
      );
  }
};

export const symbols = map(
  tagged('from', 'Where the list comes from.', { static: fixed, file, listing, 'http-csv': httpCsv }, common, {
    'http-csv': checkHttpCsv,
  }),
);
