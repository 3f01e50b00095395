import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import { isDecimal } from '../records/decimal.js';
import { type Interval, intervals } from '../records/interval.js';
import { timeFormatFault } from '../records/time-format.js';
import { orSubstitution } from './json-schema.js';
import { type Kind, report } from './kind.js';
import { text } from './scalars.js';
import { meant } from './spelling.js';

interface Wrong {
  readonly wrong: string;
  readonly mend: string;
  /** The source text stays out of sight: it may hold a password. */
  readonly hidden?: true;
}

/**
 * Takes a text further: `change` gives the value, or what is wrong and how to mend it.
 * `shown` is the text as messages may repeat it, for a value that came out of a variable is not to be printed.
 */
function refined<T>(
  of: Kind<string>,
  title: string,
  change: (value: string, about: { readonly shown: string; readonly directory: string }) => T | Wrong,
): Kind<T> {
  return {
    ...of,
    title,
    read(tree, at) {
      const value = of.read(tree, at);
      if (value === undefined || tree.kind !== 'scalar') return undefined;
      const changed = change(value, { shown: `\`${tree.shown.slice(0, 60)}\``, directory: at.directory });
      if (!isWrong(changed)) return changed;
      return report(at, tree.place, 'wrong-value', changed.wrong, changed.mend, !changed.hidden);
    },
  };
}

const isWrong = (value: unknown): value is Wrong => typeof value === 'object' && value !== null && 'wrong' in value;

/** Read as an absolute path; relative ones start at the config file. */
export const path: Kind<string> = refined(text({ wanted: 'a path' }), 'path', (value, { directory }) =>
  resolve(directory, value),
);

/** A name, or a path if it has a slash or an ending; a path is read as an absolute one. */
export const nameOrPath: Kind<string> = refined(
  text({ wanted: 'a name or a path' }),
  'name or path',
  (value, { directory }) => (/[/\\.]/.test(value) ? resolve(directory, value) : value),
);

/** A ticker as the source spells it: `BRK.B`, `EUR/USD`, `600104.SHH`. */
export const symbol: Kind<string> = text({
  title: 'symbol',
  pattern: /^[^\s,;"'`|\p{Cc}]{1,64}$/u,
  wanted: 'a symbol',
  mend: 'A symbol has 1 to 64 characters, no blanks, commas or quotes.',
});

export const topic: Kind<string> = text({
  title: 'topic',
  pattern: /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
  wanted: 'the name of a topic',
  mend: 'Use up to 249 letters, digits, `.`, `_` and `-`, as Kafka does.',
});

export const character: Kind<string> = text({
  title: 'character',
  pattern: /^[^"\r\n]$/,
  wanted: 'one character',
  mend: 'Write one character in quotes: `","`, `"|"`, `"\\t"`.',
});

/** Wall time of day. */
export const timeOfDay: Kind<string> = text({
  title: '`HH:MM`',
  pattern: /^(?:[01]\d|2[0-3]):[0-5]\d$/,
  wanted: 'a time of day',
  mend: 'Write hours and minutes in quotes, "00:00" to "23:59".',
});

export const month: Kind<string> = text({
  title: '`YYYY-MM`',
  pattern: /^(?:19|20)\d\d-(?:0[1-9]|1[0-2])$/,
  wanted: 'a month',
  mend: 'Write year and month, for example 2026-04.',
});

/** IANA name, as the platform knows it. */
export const timeZone: Kind<string> = refined(
  text({ wanted: 'a time zone' }),
  'time zone',
  (zone, { shown }): string | Wrong => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
      return zone;
    } catch {
      const mend = meant(zone, [...Intl.supportedValuesOf('timeZone'), 'UTC'], 'zones');
      return {
        wrong: `${shown} is not a time zone.`,
        mend: mend.startsWith('Did') ? mend : 'Write an IANA name such as America/New_York or UTC.',
      };
    }
  },
);

/** How a time is written, see records/time-format.ts. */
export const timeFormat: Kind<string> = refined(
  text({ wanted: 'the format of a time' }),
  'format of a time',
  (value, { shown }): string | Wrong => {
    const mend = timeFormatFault(value);
    return mend === undefined ? value : { wrong: `${shown} is not the format of a time.`, mend };
  },
);

/** A number with all its digits. */
export const decimal: Kind<string> = refined(
  text({ wanted: 'a number' }),
  'number',
  (value, { shown }): string | Wrong =>
    isDecimal(value) ? value : { wrong: `${shown} is not a number.`, mend: 'Write digits and a point, such as 0.01.' },
);

/** A regular expression of JavaScript, with the flag `u`. */
export const expression: Kind<string> = refined(
  text({ wanted: 'a regular expression' }),
  'regular expression',
  (value, { shown }): string | Wrong => {
    try {
      new RegExp(value, 'u');
      return value;
    } catch (error) {
      const why = (error as Error).message.split(': ').at(-1) ?? '';
      return {
        wrong: `${shown} is not a regular expression: ${why}.`,
        mend: 'Write it in single quotes; a mark stands for itself behind `\\` or in `[` and `]`.',
      };
    }
  },
);

/** What a feed polls. */
export type FeedData = 'quotes' | `bars/${Interval}`;

export const feedData: Kind<FeedData> = {
  ...refined(text(), '`quotes` | `bars/INTERVAL`', (value, { shown }): FeedData | Wrong => {
    const known: FeedData[] = ['quotes', ...intervals.map(interval => `bars/${interval}` as const)];
    const found = known.find(data => data === value);
    return found ?? { wrong: `${shown} is nothing that a feed can have.`, mend: feedDataMend(value, known) };
  }),
  schema: orSubstitution({ enum: ['quotes', ...intervals.map(interval => `bars/${interval}`)] }),
};

const feedDataMend = (value: string, known: readonly string[]): string =>
  value.startsWith('bar') ? `Write one of: ${known.slice(1).join(', ')}.` : meant(value, known, 'values');

/** The interval of `bars/INTERVAL`, undefined for quotes. */
export const intervalOf = (data: FeedData): Interval | undefined =>
  data === 'quotes' ? undefined : (data.slice('bars/'.length) as Interval);

/** An origin with an optional path, without a slash at its end; private and loopback addresses are fine, because they stand here literally. */
export const baseUrl: Kind<string> = refined(text({ wanted: 'a URL' }), 'URL', (value, { shown }): string | Wrong => {
  const found = parseHttp(value, shown);
  if (!(found instanceof URL)) return found;
  if (found.search !== '' || found.hash !== '')
    return { wrong: 'A base URL ends before `?` and `#`.', mend: 'Write origin and path only: `https://host/path`.' };
  return found.href.replace(/\/+$/, '');
});

/** A complete address to GET. */
export const url: Kind<string> = refined(text({ wanted: 'a URL' }), 'URL', (value, { shown }): string | Wrong => {
  const found = parseHttp(value, shown);
  return found instanceof URL ? found.href : found;
});

function parseHttp(value: string, shown: string): URL | Wrong {
  const mend = 'Write `https://host/path` (or `http://`).';
  if (!URL.canParse(value)) return { wrong: `${shown} is not a URL.`, mend };
  const found = new URL(value);
  if (found.username !== '' || found.password !== '')
    return {
      wrong: 'A URL must not carry a user name or password.',
      mend: 'Remove what stands before the `@`.',
      hidden: true,
    };
  if (found.protocol !== 'http:' && found.protocol !== 'https:')
    return { wrong: `\`${found.protocol}//\` is not supported.`, mend };
  return found;
}

/** Whether a host is this machine, by address and not by name: nothing a DNS answer could change. */
export const isLoopbackAddress = (host: string): boolean =>
  (isIPv4(host) && host.startsWith('127.')) || host === '::1' || host === '[::1]';
