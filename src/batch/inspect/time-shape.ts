import { epochUnitOf, parseEpoch } from '../mapping/epoch-time.js';
import { parseIso } from '../mapping/iso-time.js';
import { parseByFormat } from '../mapping/time-format.js';
import type { ParseTime, TimeStamp } from '../mapping/time-stamp.js';
import type { Cell } from '../table.js';

/** How the times of a column are written, as far as its cells tell. */
export interface TimeShape {
  /** Absent: needs none. */
  readonly format?: string;
  /** By row; undefined for no value. */
  readonly stamps: readonly (Readonly<TimeStamp> | undefined)[];
  /** Why it is this format and no other. */
  readonly evidence: string;
  /** The other order of day and month fits as well; the format of each. */
  readonly ambiguous?: { readonly dmy: string; readonly mdy: string };
}

const isPresent = (cell: Cell): cell is string =>
  cell !== null && cell.trim() !== '' && !/^(?:null|none|nan|nat|n\/a|-)$/i.test(cell.trim());

/** Share of cells that may be no time: rows that are to be rejected. */
const mostBad = 0.05;

/** The shape of a column of times; undefined where it is none. @param order where day and month may be swapped */
export function timeShapeOf(cells: readonly Cell[], order?: 'dmy' | 'mdy'): TimeShape | undefined {
  // The first cell may be one of the bad ones.
  const firsts = cells
    .filter(isPresent)
    .slice(0, 3)
    .map(cell => cell.trim());
  for (const first of firsts) {
    const shape = shapeBy(first, cells, order);
    if (shape) return shape;
  }
  return undefined;
}

function shapeBy(first: string, cells: readonly Cell[], order?: 'dmy' | 'mdy'): TimeShape | undefined {
  const iso = fitOf(parseIso, first, cells);
  if (iso) return { stamps: iso.stamps, evidence: `${quote(first)} has the year first` };
  const unit = epochUnitOf(first);
  const epoch =
    unit &&
    fitOf(
      parseEpoch(unit),
      first,
      cells.map(cell => (cell !== null && epochUnitOf(cell) === unit ? cell : cell && 'another length')),
    );
  if (epoch && unit)
    return {
      format: `epoch-${unit}`,
      stamps: epoch.stamps,
      evidence: `${quote(first)} is a number of ${units[unit]} since 1970, by its length`,
    };
  return byTokens(first, cells, order);
}

const units = { s: 'seconds', ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds' } as const;
const quote = (cell: string): string => `\`${cell.slice(0, 40)}\``;

interface Fit {
  readonly stamps: TimeShape['stamps'];
  readonly bad: number;
}

/** The times of all cells; undefined where the first or too many are none. */
function fitOf(parse: ParseTime, first: string, cells: readonly Cell[]): Fit | undefined {
  const trial: TimeStamp = { wallMs: 0, nanos: 0, offsetMs: Number.NaN, hasTime: false };
  if (!parse(first, trial)) return undefined;
  let [bad, present] = [0, 0];
  const stamps = cells.map(cell => {
    if (!isPresent(cell)) return undefined;
    present += 1;
    const into: TimeStamp = { wallMs: 0, nanos: 0, offsetMs: Number.NaN, hasTime: false };
    if (parse(cell.trim(), into)) return into;
    bad += 1;
    return undefined;
  });
  return bad > mostBad * present ? undefined : { stamps, bad };
}

function byTokens(first: string, cells: readonly Cell[], order: 'dmy' | 'mdy' | undefined): TimeShape | undefined {
  const all = candidates(first).flatMap(({ format, order: of }) => {
    const fit = fitOf(parseByFormat(format), first, cells);
    return fit ? [{ format, order: of, ...fit }] : [];
  });
  const least = Math.min(...all.map(({ bad }) => bad));
  const fits = all.filter(({ bad }) => bad === least);
  const [one] = fits;
  if (one === undefined) return undefined;
  const others = fits.filter(fit => fit.order !== one.order);
  if (others.length === 0)
    return {
      ...one,
      evidence: one.order === undefined ? `${quote(first)} names its month` : evidenceOf(one.order, cells),
    };
  const byOrder = (wanted: 'dmy' | 'mdy') => fits.find(fit => fit.order === wanted)!;
  const [dmy, mdy] = [byOrder('dmy'), byOrder('mdy')];
  if (order !== undefined) return { ...byOrder(order), evidence: 'the order of day and month was given' };
  const sorted = [dmy, mdy].filter(({ stamps }) => isSorted(stamps));
  if (sorted.length === 1 && cells.length > 3)
    return { ...sorted[0]!, evidence: `the rows are in the order of time only as ${sorted[0]!.format}` };
  return {
    ...dmy,
    evidence: `${quote(first)} may be read with day or month first, and no row tells`,
    ambiguous: { dmy: dmy.format, mdy: mdy.format },
  };
}

/** Formats that a cell may have; two where day and month may be swapped. Digits that are not padded in some row take their short tokens. */
function candidates(first: string): { readonly format: string; readonly order?: 'dmy' | 'mdy' }[] {
  const numeric = /^\d{1,2}([-/. ])\d{1,2}\1(\d{4}|\d\d)(?=$|[ T,])/.exec(first);
  const named =
    /^(?:(\d{1,2})([- ./])?([A-Za-z]{3,9})\.?([- ./])?,? ?|([A-Za-z]{3,9})\.? (\d{1,2}),? )(\d{4}|\d\d)(?=$|[ T,])/.exec(
      first,
    );
  const rest = first.slice((numeric ?? named)?.[0].length ?? 0);
  const time = timeTokens(rest);
  if (time === undefined) return [];
  if (numeric) {
    const [, mark = '', year = ''] = numeric;
    const y = year.length === 4 ? 'YYYY' : 'YY';
    const both = (d: string, m: string) => [
      { format: `${[d, m, y].join(mark)}${time}`, order: 'dmy' as const },
      { format: `${[m, d, y].join(mark)}${time}`, order: 'mdy' as const },
    ];
    const padded = both('DD', 'MM');
    const short = both('D', 'M');
    return [padded[0]!, short[0]!, padded[1]!, short[1]!];
  }
  if (!named) return [];
  const [whole, day, before = '', , after = '', , , year = ''] = named;
  const y = year.length === 4 ? 'YYYY' : 'YY';
  if (day !== undefined) {
    const gap = /, ?\d+$/.test(whole) ? ', ' : after;
    return [{ format: `D${before}MMM${gap}${y}${time}` }];
  }
  return [{ format: `MMM D${whole.includes(',') ? ',' : ''} ${y}${time}` }];
}

/** Tokens of what follows a date; undefined where it is no time of day. */
function timeTokens(rest: string): string | undefined {
  if (rest === '') return '';
  const found =
    /^(,? |T)(\d{1,2}):\d\d(:\d\d)?([.]\d{1,9})?(?:( ?)[AaPp]\.?[Mm]\.?)?(?: ?(GMT|UTC)?([+-]\d\d:?\d\d|Z))?$/.exec(
      rest,
    );
  if (!found) return undefined;
  const [whole, gap = '', , seconds, fraction, noonGap, name, offset] = found;
  const zoneGap = offset !== undefined && / (?:GMT|UTC|[+-]|Z)/.test(whole) ? ' ' : '';
  return [
    gap,
    noonGap === undefined ? 'H' : 'h',
    ':mm',
    seconds === undefined ? '' : ':ss',
    fraction === undefined ? '' : '.SSS',
    noonGap === undefined ? '' : `${noonGap}A`,
    offset === undefined ? '' : `${zoneGap}${name === undefined ? '' : `[${name}]`}Z`,
  ].join('');
}

function evidenceOf(order: 'dmy' | 'mdy', cells: readonly Cell[]): string {
  const at = order === 'dmy' ? 0 : 1;
  const proof = cells.find(cell => isPresent(cell) && Number(cell.trim().split(/[-/. ]/)[at]) > 12);
  return `${order === 'dmy' ? 'day' : 'month'} first: ${proof ? `${quote(proof.trim())} has a day above 12` : 'the other order fits not all rows'}`;
}

/** In the order of time, one way or the other, and not all the same. */
function isSorted(stamps: TimeShape['stamps']): boolean {
  const times = stamps.flatMap(stamp => (stamp ? [stamp.wallMs] : []));
  const isUp = times.every((time, index) => index === 0 || time >= times[index - 1]!);
  const isDown = times.every((time, index) => index === 0 || time <= times[index - 1]!);
  return isUp !== isDown;
}
