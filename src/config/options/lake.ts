import { list, map } from '../collections.js';
import { path, topic } from '../formats.js';
import { optional, preset, required } from '../kind.js';
import { object } from '../object.js';
import { duration, text } from '../scalars.js';

const day = 86_400_000;

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
