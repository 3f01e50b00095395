import { isIntraday } from '../records/interval.js';
import { isZone } from '../records/zone.js';
import { blockKey, type Call, callOf, minutesOf } from './alpha-vantage-call.js';
import { fieldName, fieldsOf, sameSymbol, textsOf } from './alpha-vantage-fields.js';
import { bulkQuotes, dayQuote, rateQuote } from './alpha-vantage-quotes.js';
import { refusalOf, type Texts } from './alpha-vantage-refusals.js';
import { isObject, type JsonObject } from './answer-body.js';
import { barsOf } from './bars.js';
import type { Outcome } from './outcome.js';
import type { Redact } from './redact.js';
import { type Fields, listRows, tableRows } from './rows.js';
import type { Wanted, Work } from './source.js';
import { UniformRows } from './uniform-rows.js';

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;

const blockOf = (body: JsonObject, isBlock: (key: string) => boolean): unknown =>
  Object.entries(body).find(([key]) => isBlock(key))?.[1];
const isMeta = (key: string): boolean => /^meta data/i.test(key);

/** What a series says it is, against what was asked: one line if it is another. */
function otherSeries(meta: Fields, call: Call, symbol: string, wanted: Wanted & { data: 'bars' }): string | undefined {
  const { pair } = call;
  const named = pair
    ? [
        [meta.get('from symbol') ?? meta.get('digital currency code'), pair.base],
        [meta.get('to symbol') ?? meta.get('market code'), pair.quote],
      ]
    : [[meta.get('symbol'), symbol]];
  const other = named.find(([got, asked]) => !sameSymbol(got, asked ?? ''));
  if (other) return `series of ${other[0]}, not of ${symbol}`;
  const interval = meta.get('interval');
  const asked = minutesOf(wanted.interval);
  if (isIntraday(wanted.interval) && interval !== undefined && interval !== asked)
    return `series of ${interval}, not of ${asked}`;
  return undefined;
}

/** The zone of intraday stamps where the answer names none. */
export const defaultZone = ({ assetClass }: Call): string => (assetClass === 'equity' ? 'US/Eastern' : 'UTC');

function series(
  body: JsonObject,
  block: JsonObject,
  call: Call,
  work: Work,
  redact: Redact,
  warning?: string,
): Outcome {
  if (work.wanted.data !== 'bars') return { kind: 'malformed', detail: 'a series instead of quotes' };
  const [symbol = ''] = work.symbols;
  const { interval, adjusted } = work.wanted;
  const metaBlock = blockOf(body, isMeta);
  const meta = fieldsOf(isObject(metaBlock) ? Object.entries(metaBlock) : []);
  const other = otherSeries(meta, call, symbol, work.wanted);
  if (other !== undefined) return { kind: 'malformed', detail: redact(other) };
  const zone = meta.get('time zone') || defaultZone(call);
  if (isIntraday(interval) && !isZone(zone)) return { kind: 'malformed', detail: redact(`unknown time zone ${zone}`) };
  const market = call.pair?.quote;
  const rows =
    block instanceof UniformRows
      ? tableRows(['', ...block.names.map(name => fieldName(name, market))], block.cells)
      : listRows(
          Object.entries(block).map(([stamp, values]) => ({
            stamp,
            fields: fieldsOf(isObject(values) ? Object.entries(values) : [], market),
          })),
        );
  // Adjusted days, weeks and months have the adjusted close beside prices that stay as traded.
  return barsOf(rows, { symbol, interval, adjusted: adjusted && isIntraday(interval), zone, redact }, warning);
}

/** Texts beside good data, as the vendor once sent with a welcome note. */
function warningOf(texts: Texts, redact: Redact): string | undefined {
  const text = [...texts].find(([name, value]) => value !== '' && !(name === 'message' && value === 'success'))?.[1];
  return text === undefined ? undefined : redact(text);
}

function records(
  body: JsonObject,
  block: JsonObject | readonly unknown[],
  texts: Texts,
  work: Work,
  redact: Redact,
): Outcome {
  const call = callOf(work);
  const warning = warningOf(texts, redact);
  const [symbol = ''] = work.symbols;
  if (Array.isArray(block)) {
    if (call.name !== 'REALTIME_BULK_QUOTES') return { kind: 'malformed', detail: `${call.block} is a list` };
    // An answer to a key without the entitlement looks the same, with invented rows; only a message of exactly this vouches for them.
    if (texts.get('message') === 'success') return bulkQuotes(block, work.symbols, work.nowMs, redact);
    const said = refusalOf(texts, redact);
    return (
      said ?? { kind: 'malformed', detail: redact(`message is not success: ${texts.get('message') ?? 'missing'}`) }
    );
  }
  const object = block as JsonObject;
  if (call.name === 'GLOBAL_QUOTE') return dayQuote(fieldsOf(Object.entries(object)), symbol, redact, warning);
  if (call.name === 'CURRENCY_EXCHANGE_RATE') {
    const pair = call.pair ?? { base: '', quote: '' };
    return rateQuote(fieldsOf(Object.entries(object)), symbol, pair, redact, warning);
  }
  return series(body, object, call, work, redact, warning);
}

/** What a JSON answer means: data if there are any, whatever is said beside them; else what is said; else that nothing is known of the symbol. */
export function jsonOutcome(body: unknown, work: Work, redact: Redact): Outcome {
  if (!isObject(body)) return { kind: 'malformed', detail: 'JSON, but no object' };
  const call = callOf(work);
  const texts = textsOf(body);
  const block = blockOf(body, blockKey(call));
  const invented = [...texts.values()].find(text => /artificial|illustration purposes/i.test(text));
  if (invented !== undefined) return { kind: 'denied', by: 'entitlement', detail: redact(invented) };
  if ((isObject(block) || Array.isArray(block)) && !isEmpty(block)) return records(body, block, texts, work, redact);
  const refusal = refusalOf(texts, redact);
  if (refusal) return refusal;
  // A list without rows is the bulk call's way to know none of the symbols, also when there is only one.
  if (isEmpty(block) && (work.wanted.data === 'bars' || work.symbols.length > 1 || Array.isArray(block)))
    return { kind: 'empty', detail: `${call.block} is empty` };
  // `{}` and `{"Global Quote":{}}` are the answers for a symbol that the vendor does not know.
  if (Object.values(body).every(isEmpty)) {
    const detail = 'the answer is empty';
    return work.symbols.length > 1 ? { kind: 'empty', detail } : { kind: 'unknown-symbol', detail };
  }
  const keys = Object.keys(body).slice(0, 5).join(', ');
  return {
    kind: 'malformed',
    detail: redact(`no ${call.block} in the answer, but ${keys}: ${[...texts.values()][0] ?? ''}`),
  };
}
