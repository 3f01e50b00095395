import { readdirSync, readFileSync } from 'node:fs';
import type { HttpAnswer } from '../../src/http/edge.js';
import type { Outcome } from '../../src/sources/outcome.js';
import type { ListingOutcome, SourceOptions, Vendor, Work } from '../../src/sources/source.js';
import { vendors } from '../../src/sources/vendors.js';

const root = new URL('../../../test/sources/goldens/', import.meta.url);

interface Expected {
  readonly request?: Partial<Work> & Pick<Work, 'wanted' | 'symbols'>;
  readonly listing?: true;
  readonly options?: Partial<SourceOptions>;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly outcome: Outcome | ListingOutcome;
}

/** One recorded or re-typed answer, and what it must come to. */
export interface Golden {
  readonly name: string;
  readonly vendor: Vendor;
  /** Undefined for a listing. */
  readonly work: Work | undefined;
  readonly options: SourceOptions;
  readonly answer: HttpAnswer;
  readonly outcome: Outcome | ListingOutcome;
}

function readGolden(vendor: Vendor, file: string): Golden {
  const folder = new URL(`${vendor.type}/`, root);
  const stem = file.replace(/\.[a-z]+$/, '');
  const expected = JSON.parse(readFileSync(new URL(`${stem}.expected.json`, folder), 'utf8')) as Expected;
  return {
    name: `${vendor.type}/${stem}`,
    vendor,
    work: expected.listing
      ? undefined
      : { newestMs: undefined, shallow: false, nowMs: Date.parse('2024-06-04T20:00:00Z'), ...expected.request! },
    options: { apiKey: 'CANARYKEY0123456', baseUrl: vendor.baseUrl, format: 'json', ...expected.options },
    answer: {
      status: expected.status ?? 200,
      headers: expected.headers ?? {},
      body: readFileSync(new URL(file, folder)),
    },
    outcome: expected.outcome,
  };
}

export const goldens: readonly Golden[] = vendors.flatMap(vendor =>
  readdirSync(new URL(`${vendor.type}/`, root))
    .filter(file => !file.endsWith('.expected.json'))
    .sort()
    .map(file => readGolden(vendor, file)),
);

/** What the vendor's parser makes of a golden's question and any answer. */
export const parsed = ({ vendor, work, options }: Golden, answer: HttpAnswer): Outcome | ListingOutcome =>
  work ? vendor.parse(work, answer, options) : vendor.listing!.parse(answer, options);
