import { dayNumber } from '../../records/instant.js';
import { timeFormatFault, timeTokens } from '../../records/time-format.js';
import { type EpochUnit, parseEpoch } from './epoch-time.js';
import { parseIso } from './iso-time.js';
import { millisOf, nanosOf, type ParseTime, zoneOffsetMs } from './time-stamp.js';

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** Pieces of a pattern: what is read there. Named groups are the parts of a time. */
const pieces: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  YY: '(?<shortYear>\\d\\d)',
  MMMM: '(?<word>[A-Za-z]{3,9})\\.?',
  MMM: '(?<word>[A-Za-z]{3,9})\\.?',
  MM: '(?<month>\\d\\d)',
  M: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d\\d)',
  D: '(?<day>\\d{1,2})',
  dddd: '[A-Za-z]{2,9}\\.?',
  ddd: '[A-Za-z]{2,9}\\.?',
  HH: '(?<hours>\\d\\d)',
  H: '(?<hours>\\d{1,2})',
  hh: '(?<half>\\d\\d)',
  h: '(?<half>\\d{1,2})',
  mm: '(?<minutes>\\d\\d)',
  ss: '(?<seconds>\\d\\d)',
  A: '(?<noon>[AaPp])\\.?[Mm]\\.?',
  Z: '(?<zone>[Zz]|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?)',
};

const literally = (text: string): string =>
  text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`).replaceAll(/ +/g, ' +');

/** A parser of exactly this format, see `docs/batch.md`. @throws RangeError where `timeFormatFault` finds something */
export function parseByFormat(format: string): ParseTime {
  if (format === 'iso') return parseIso;
  if (format.startsWith('epoch-')) return parseEpoch(format.slice('epoch-'.length) as EpochUnit);
  const fault = timeFormatFault(format);
  if (fault !== undefined) throw new RangeError(fault);
  const pattern = [...format.matchAll(timeTokens)].map(([token, quoted]) =>
    quoted === undefined
      ? token.startsWith('S')
        ? '(?<fraction>\\d{1,9})'
        : (pieces[token] ?? literally(token))
      : literally(quoted),
  );
  const expression = new RegExp(`^${pattern.join('')}$`);
  return (text, into) => {
    const parts = expression.exec(text)?.groups;
    if (parts === undefined) return false;
    const { fraction = '', zone } = parts;
    const day = dayNumber(yearOf(parts), monthOf(parts), Number(parts.day));
    const [hours, minutes, seconds] = [hoursOf(parts), Number(parts.minutes ?? 0), Number(parts.seconds ?? 0)];
    const offset = zone === undefined ? Number.NaN : zoneOffsetMs(zone);
    if (Number.isNaN(day) || !(hours < 24 && minutes < 60 && seconds < 60) || offset === undefined) return false;
    into.wallMs = (((day * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + ((fraction && millisOf(fraction)) || 0);
    into.nanos = nanosOf(fraction);
    into.offsetMs = offset;
    into.hasTime = parts.minutes !== undefined;
    return true;
  };
}

type Parts = Readonly<Record<string, string | undefined>>;

/** Two digits are 1970 to 2069. */
function yearOf({ year, shortYear }: Parts): number {
  if (year !== undefined) return Number(year);
  const short = Number(shortYear);
  return short < 70 ? 2000 + short : 1900 + short;
}

function monthOf({ month, word }: Parts): number {
  if (month !== undefined) return Number(month);
  const name = word!.toLowerCase();
  const found = months.findIndex(full => full.startsWith(name) || (name === 'sept' && full === 'september'));
  return found < 0 ? Number.NaN : found + 1;
}

function hoursOf({ hours = '0', half, noon }: Parts): number {
  if (half === undefined) return Number(hours);
  const number = Number(half);
  if (number < 1 || number > 12) return Number.NaN;
  return (number % 12) + (/p/i.test(noon!) ? 12 : 0);
}
