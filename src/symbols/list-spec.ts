import { createHash } from 'node:crypto';

/** A CSV on the web. */
export interface HttpCsv {
  readonly url: string;
  /** Header name of the column with the symbols. */
  readonly column: string;
  /** Header name of the column with the company's name; renames are recognised only with it. */
  readonly nameColumn?: string;
  /** One character. */
  readonly delimiter: string;
  /** Only rows whose column (by header name) has one of these values. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
  /** How the last line begins; a file without it was cut short. */
  readonly footer?: string;
}

/** Where one list of symbols comes from, as the configuration says. */
export type ListSpec = (
  | { readonly from: 'static'; readonly list: readonly string[] }
  /** One symbol a line, or a CSV where `column` is given. `path` is absolute. */
  | { readonly from: 'file'; readonly path: string; readonly column?: string }
  | {
      readonly from: 'listing';
      /** Name of a source whose vendor has a listing. */
      readonly source: string;
      /** Keep only these; upper and lower case count the same. */
      readonly exchange?: readonly string[];
      readonly assetType?: readonly string[];
      readonly refreshMs: number;
    }
  | ({ readonly from: 'http-csv'; readonly refreshMs: number } & HttpCsv)
) & {
  /** Share (0 to 1) of its symbols that a list may lose from one snapshot to the next; a list that lost more is taken for broken. */
  readonly maxShrink: number;
};

/**
 * Equal as long as the same list is asked for. When it differs from that of the stored list, the user wants another list:
 * the stored one is neither polled nor a measure for shrinking.
 */
export function listFingerprint(spec: ListSpec): string {
  const asked = JSON.stringify({ ...spec, maxShrink: undefined, refreshMs: undefined });
  return createHash('sha256').update(asked).digest('hex').slice(0, 16);
}
