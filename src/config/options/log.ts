import { record } from '../collections.js';
import { path, topic } from '../formats.js';
import { type ObjectOf, optional, preset } from '../kind.js';
import { type Check, object } from '../object.js';
import { choice, integer, size } from '../scalars.js';
import { showSize } from '../units.js';
import { kafka } from './kafka.js';

const partitions = integer({ min: 1, max: 1_024 });
const mebi = 1024 ** 2;
const tebi = 1024 ** 4;

const fields = {
  kind: preset(choice(['embedded', 'kafka']), 'embedded', 'Where records go: the log of this machine, or Kafka.'),
  path: preset(path, './data/log', 'Directory of the embedded log, and of what waits for Kafka.'),
  retain: preset(size({ min: mebi, max: 64 * tebi }), '1GiB', 'Bytes of records to keep; the oldest go first.'),
  maxBytes: preset(
    size({ min: 16 * mebi, max: 64 * tebi }),
    '4GiB',
    'Hard cap on bytes on disk: beyond it polling pauses.',
  ),
  partitions: preset(partitions, '6', 'Partitions of each topic of records, remembered when a topic is first used.'),
  topics: preset(
    record(
      object({
        decimals: preset(
          choice(['string', 'number']),
          'string',
          'How prices and volumes are written: the source’s digits as text, or as a JSON number. The id is the same.',
        ),
      }),
    ),
    '{}',
    'What is particular to one topic of records, by its name.',
  ),
  kafka: optional(kafka, 'The Kafka cluster, for `kind: kafka`.'),
};

const check: Check<ObjectOf<typeof fields>> = ({ value: { kind, retain, maxBytes }, entry, report }) => {
  if (kind === 'kafka' && !entry('kafka'))
    report('kind', 'missing', '`kind: kafka` needs the block `kafka`.', 'Add `kafka: { brokers: [HOST:9092] }`.');
  if (retain === undefined || maxBytes === undefined || retain <= maxBytes) return;
  const key = entry('retain') ? 'retain' : 'maxBytes';
  report(
    key,
    'out-of-bounds',
    `\`retain\` (${showSize(retain)}) is more than \`maxBytes\` (${showSize(maxBytes)}).`,
    'Keep less, or raise `maxBytes` above it.',
  );
};

export const log = object(fields, check);

const topicFields = {
  symbols: preset(topic, 'market.symbols', 'State of the symbols of each list.'),
  cursors: preset(topic, 'market.cursors', 'How far each series has come.'),
  deadLetters: preset(topic, 'market.dead-letters', 'What could not be used, with the reason.'),
  units: preset(topic, 'market.units', 'Which instance owns what.'),
  files: preset(topic, 'market.files', 'What became of each file.'),
};

/** The program's own topics; two of them under one name would mix keys. */
export const topics = object(topicFields, ({ value, report }) => {
  const seen = new Map<string, string>();
  for (const [key, name] of Object.entries(value)) {
    const first = seen.get(name);
    if (first !== undefined)
      report(
        key as keyof typeof topicFields,
        'duplicate',
        `\`${first}\` has the topic \`${name}\` already.`,
        'Give each its own.',
      );
    seen.set(name, key);
  }
});
