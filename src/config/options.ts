import { type JsonSchema, type Kind, notYet, type ObjectOf, optional, preset } from './kind.js';
import { type Check, object } from './object.js';
import { batch } from './options/batch.js';
import { feeds } from './options/feeds.js';
import { lake } from './options/lake.js';
import { log, topics } from './options/log.js';
import { drain, http, logging, simulator } from './options/service.js';
import { sources } from './options/sources.js';
import { symbols } from './options/symbols.js';
import { choice } from './scalars.js';
import { checkSeries, checkTopicOptions, checkTopics } from './series.js';
import { checkCredentials, checkListFiles, checkOffers } from './vendor-checks.js';

const fields = {
  sources: preset(sources, '{}', 'Whom to ask: vendors, each with its key and its limits.'),
  symbols: preset(symbols, '{}', 'Lists of symbols.'),
  feeds: preset(feeds, '{}', 'What is polled: a source, symbols, a kind of data and how often.'),
  log: preset(log, '{}', 'Where records go.'),
  topics: preset(topics, '{}', 'Names of the topics that the program keeps for itself.'),
  http: preset(http, '{}', 'Health, metrics, status page and API.'),
  drain: preset(drain, '{}', 'The ordered stop.'),
  logging: preset(logging, '{}', 'Log lines.'),
  simulator: optional(
    simulator,
    'When present, `run` starts the market API simulator beside the rest, for trying things out.',
  ),
  scale: preset(
    choice(['one', 'many']),
    'one',
    '`many`: several instances share the sources by a consumer group, and stand in for each other; it needs `log.kind: kafka`.',
  ),
  batch: optional(batch, 'Files from an inbox.'),
  lake: notYet(optional(lake, 'Tables of what was ingested.'), 'Remove the block.'),
};

const check: Check<Config> = checking => {
  const { value, report } = checking;
  if (value.scale === 'many' && value.log?.kind === 'embedded')
    report(
      'scale',
      'wrong-value',
      '`scale: many` needs `log.kind: kafka`: instances agree by Kafka.',
      'Set `log.kind: kafka` with its brokers, or write `scale: one`.',
    );
  checkSeries(checking);
  checkTopics(checking);
  checkTopicOptions(checking);
  checkOffers(checking);
  checkCredentials(checking);
  checkListFiles(checking);
};

/** Every option there is, once. */
export const options: Kind<Config> = object(fields, check);

/** All defaults applied; keys as in the file, durations in milliseconds, sizes in bytes, paths absolute. */
export type Config = ObjectOf<typeof fields>;

/** JSON Schema (draft 2020-12) of the file, for editors. Looser than the parser: what depends on several options is checked by `validate` only. */
export const jsonSchema = (): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'FinanceLake ingestion',
  ...options.schema,
});
