import { free, list, map } from '../collections.js';
import { path, topic, url } from '../formats.js';
import { optional, preset, report, required } from '../kind.js';
import { object } from '../object.js';
import { choice, duration, secret, text } from '../scalars.js';
import { entryOf } from '../tree.js';

const day = 86_400_000;

const dataset = free('options of a dataset', (tree, at) => {
  const kind = entryOf(tree, 'kind');
  if (kind?.value.kind !== 'scalar' || kind.value.text !== 'bar' || entryOf(tree, 'interval')) return;
  report(
    at,
    at.place,
    'missing',
    `The dataset \`${at.path}\` holds bars and does not say how long they are.`,
    'Add `interval:` with one of: 1m, 5m, 15m, 30m, 1h, 1d, 1w, 1mo.',
  );
});

/** Files from an inbox. */
export const batch = object({
  engine: preset(choice(['embedded', 'nifi']), 'embedded', 'Who reads the files.'),
  nifi: optional(
    object({
      url: required(url, 'Address of NiFi.'),
      username: required(text(), 'User name at NiFi.'),
      password: required(secret(), 'Password at NiFi.'),
      ca: optional(path, 'File with the certificate to trust (PEM).'),
    }),
    'The NiFi instance, for `engine: nifi`.',
  ),
  inbox: preset(path, './data/inbox', 'Directory into which files are dropped.'),
  datasets: preset(map(dataset), '{}', 'Which files there are and what their columns mean.'),
});

const table = object({
  topic: required(topic, 'Topic that is read into the table.'),
  partitionBy: optional(list(text(), { max: 8, unique: true }), 'Columns that divide the table.'),
});

/** Tables of what was ingested. */
export const lake = object({
  path: preset(path, './data/lake', 'Directory of the tables.'),
  vacuum: preset(
    object({
      retention: preset(duration({ min: 1_000, max: 3_660 * day }), '7d', 'How long replaced files are kept.'),
    }),
    '{}',
    'Removal of replaced files.',
  ),
  tables: preset(map(table), '{}', 'The tables by name.'),
});
