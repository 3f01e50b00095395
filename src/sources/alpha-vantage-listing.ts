import type { HttpAnswer } from '../http/edge.js';
import { readAnswer } from './alpha-vantage-answer.js';
import { textsOf } from './alpha-vantage-fields.js';
import { refusalOf } from './alpha-vantage-refusals.js';
import { isObject } from './answer-body.js';
import { readTable } from './csv-table.js';
import { type Redact, redactor } from './redact.js';
import type { Listed, ListingOutcome, SourceOptions, Vendor } from './source.js';

const text = (cell: string | undefined): string | undefined => {
  const plain = (cell ?? '')
    .replace(/&amp;/gi, '&')
    .replace(/&nbsp;/gi, ' ')
    .trim();
  return plain === '' || plain.toLowerCase() === 'null' ? undefined : plain;
};

/** The active instruments of LISTING_STATUS, each symbol once, in the vendor's spelling (`BRK-B`). */
function listingOf(csv: string, redact: Redact): ListingOutcome {
  const table = readTable(csv);
  const column = (name: string) => table?.header.indexOf(name) ?? -1;
  const [symbol, name, exchange, assetType, status] = ['symbol', 'name', 'exchange', 'assettype', 'status'].map(column);
  if (!table || [symbol, name, exchange, assetType, status].includes(-1)) {
    return { kind: 'malformed', detail: redact(`not a listing: ${csv}`) };
  }
  const listed = new Map<string, Listed>();
  for (const row of table.rows) {
    const state = row[status!]?.toLowerCase();
    // The status is the last column, so that a cut anywhere shows here; half a list would look like thousands of delistings.
    if (row.length < table.header.length || (state !== 'active' && state !== 'delisted')) {
      return { kind: 'malformed', detail: redact(`listing is cut or changed at ${row.join(',')}`) };
    }
    const key = text(row[symbol!]);
    if (key === undefined || state !== 'active' || listed.has(key)) continue;
    const [title, place, type] = [text(row[name!]), text(row[exchange!]), text(row[assetType!])];
    listed.set(key, {
      symbol: key,
      ...(title && { name: title }),
      ...(place && { exchange: place }),
      ...(type && { assetType: type }),
    });
  }
  return listed.size === 0
    ? { kind: 'empty', detail: 'listing without rows' }
    : { kind: 'listing', listed: [...listed.values()] };
}

function parse(answer: HttpAnswer, options: SourceOptions): ListingOutcome {
  const redact = redactor(options.apiKey);
  const read = readAnswer(answer, Number.NaN, redact);
  if (read.kind === 'text') return listingOf(read.text, redact);
  if (read.kind !== 'json') return read;
  // The listing exists as CSV only: JSON is a refusal. One that blames a symbol cannot be about this call.
  const said = isObject(read.value) ? refusalOf(textsOf(read.value), redact) : undefined;
  if (said && said.kind !== 'unknown-symbol') return said;
  return { kind: 'malformed', detail: said?.detail ?? 'JSON instead of a listing' };
}

/** LISTING_STATUS: about 12,000 rows; costs one of the day's calls. */
export const alphaVantageListing: NonNullable<Vendor['listing']> = {
  request: ({ baseUrl, apiKey }) => ({
    url: `${baseUrl}/query`,
    query: { function: 'LISTING_STATUS', apikey: apiKey },
  }),
  parse,
  weight: 1,
};
