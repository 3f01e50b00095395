import type { Interval } from '../records/interval.js';
import type { TruthBar, TruthQuote } from './truth.js';

/** What a good answer brought to its reader: enough to ask the truth for exactly the same values. */
export interface Delivery {
  readonly function: string;
  readonly symbols: readonly string[];
  /** The instant of the truth that was shown; before the present with delayed data. */
  readonly asOfMs: number;
  readonly interval?: Interval;
  readonly bars?: number;
  readonly oldestMs?: number;
  readonly newest?: TruthBar;
  readonly quotes?: readonly TruthQuote[];
  /** Symbols of a listing. */
  readonly listed?: number;
  /** The recorded file that was served instead of the truth. */
  readonly recorded?: string;
}

/** An answer before anything happens to it on its way. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly delivery?: Delivery;
}

const always = { Server: 'cloudflare', Via: '1.1 vegur', Allow: 'GET, HEAD, OPTIONS' };

export const jsonAnswer = (text: string, delivery?: Delivery): Answer => ({
  status: 200,
  headers: { ...always, 'Content-Type': 'application/json' },
  body: Buffer.from(text),
  ...(delivery && { delivery }),
});

/** As the vendor sends CSV: a download with a name. */
export const csvAnswer = (text: string, file: string, delivery: Delivery): Answer => ({
  status: 200,
  headers: {
    ...always,
    'Content-Type': 'application/x-download',
    'Content-Disposition': `attachment; filename=${file}.csv`,
  },
  body: Buffer.from(text),
  delivery,
});

export const htmlAnswer = (status: number, title: string): Answer => ({
  status,
  headers: { ...always, 'Content-Type': 'text/html; charset=utf-8' },
  body: Buffer.from(
    `<!DOCTYPE html>\n<html>\n<head><title>${title}</title></head>\n<body><h1>${title}</h1><p>Please try again in a few moments.</p></body>\n</html>\n`,
  ),
});

/** With the vendor's indentation. */
export const objectAnswer = (value: unknown, delivery?: Delivery): Answer =>
  jsonAnswer(JSON.stringify(value, null, 4), delivery);
