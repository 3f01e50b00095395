import { isIntraday } from '../../records/interval.js';
import { map, oneOrMany } from '../collections.js';
import { feedData, intervalOf, month, topic } from '../formats.js';
import { derived, type ObjectOf, optional, preset, required } from '../kind.js';
import { type Check, object } from '../object.js';
import { nameOf } from '../references.js';
import { boolean, choice, duration, integer, number } from '../scalars.js';

const day = 86_400_000;

const checks = object({
  maxJump: optional(
    number({ min: 0.001, max: 1_000 }),
    'Largest change of a price from one record to the next, as a share (0.5 is half); off when absent.',
  ),
  maxFuture: preset(
    duration({ min: 0, max: 366 * day }),
    '1d',
    'How far the time of a record may lie ahead of the clock.',
  ),
  maxAge: optional(duration({ min: 1_000, max: 3_660 * day }), 'Oldest record to take; off when absent.'),
});

const fields = {
  source: required(nameOf('sources'), 'Whom to ask.'),
  symbols: required(oneOrMany(nameOf('symbols')), 'For which symbols: a list, or several.'),
  data: required(feedData, 'What to ask for: `quotes`, or bars of `1m` `5m` `15m` `30m` `1h` `1d` `1w` `1mo`.'),
  every: required(duration({ min: 1_000, max: 366 * day }), 'How often each symbol is due.'),
  calendar: optional(
    choice(['XNYS', 'XNAS', '24/7']),
    'Polls only when the exchange can have something new; round the clock when absent.',
  ),
  topic: derived(
    topic,
    '`market.bars`, or `market.quotes` for quotes',
    beside => (beside.data === 'quotes' ? 'market.quotes' : 'market.bars'),
    'Where the records go.',
  ),
  adjusted: preset(boolean, 'false', 'Bars adjusted for splits and dividends, where the source has them.'),
  assetClass: optional(
    choice(['equity', 'fx', 'crypto']),
    'Kind of instrument, where the spelling of the symbol does not tell.',
  ),
  bulk: preset(boolean, 'false', 'Quotes of many symbols in one call, where the plan allows it.'),
  month: optional(month, 'One past month of intraday bars instead of the newest.'),
  extendedHours: optional(boolean, 'Intraday bars before and after the session too; the source’s default when absent.'),
  restateWindow: preset(
    integer({ min: 1, max: 10_000 }),
    '400',
    'Newest bars of each series whose later changes are noticed and published.',
  ),
  checks: preset(checks, '{}', 'What makes a record a dead letter, beside what is wrong by itself.'),
};

export type Feed = ObjectOf<typeof fields>;

const checkMeaning: Check<Feed> = ({ value, report }) => {
  const { data } = value;
  if (data === undefined) return;
  const interval = intervalOf(data);
  const useless = (key: 'bulk' | 'adjusted' | 'month' | 'extendedHours', what: string): void =>
    report(key, 'no-effect', `\`${key}\` is for ${what}; this feed has \`data: ${data}\`.`, `Remove \`${key}\`.`);
  if (interval && value.bulk) useless('bulk', 'quotes');
  if (!interval && value.adjusted) useless('adjusted', 'bars');
  if (interval && isIntraday(interval)) return;
  if (value.month !== undefined) useless('month', 'intraday bars');
  if (value.extendedHours !== undefined) useless('extendedHours', 'intraday bars');
};

export const feeds = map(object(fields, checkMeaning));
