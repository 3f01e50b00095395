/** Formats with a name of their own. */
export const namedTimeFormats = ['iso', 'epoch-s', 'epoch-ms', 'epoch-us', 'epoch-ns'] as const;

/** Pieces of a format: tokens, `[letters of the text itself]`, marks; the second group catches letters without a meaning. */
export const timeTokens = /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|ss|S+|A|Z|[^A-Za-z]|(.)/g;

/** Why this cannot be the format of a time, with the mend; undefined when it can. */
export function timeFormatFault(format: string): string | undefined {
  if ((namedTimeFormats as readonly string[]).includes(format)) return undefined;
  if (format.includes('%')) return 'Write `YYYY-MM-DD HH:mm:ss` for `%Y-%m-%d %H:%M:%S`.';
  const found = [...format.matchAll(timeTokens)];
  const unknown = found.find(([, , letter]) => letter !== undefined && letter !== 'T')?.[2];
  if (unknown !== undefined)
    return `\`${unknown}\` has no meaning in it: write YYYY MM DD HH mm ss, letters of the text itself in \`[\` and \`]\`, or one of ${namedTimeFormats.join(', ')}.`;
  const has = (...some: readonly string[]): number => found.filter(([token]) => some.includes(token)).length;
  if (has('YYYY', 'YY') !== 1 || has('MMMM', 'MMM', 'MM', 'M') !== 1 || has('DD', 'D') !== 1)
    return 'Year (YYYY), month (MM or MMM) and day (DD) each stand in it once.';
  if (has('HH', 'H', 'hh', 'h') > 1 || has('mm') > 1 || has('ss') > 1 || has('A') > 1 || has('Z') > 1)
    return 'Each part stands in it once.';
  if (has('hh', 'h') !== has('A')) return 'Hours of twelve (hh) go with AM or PM (A), HH are hours of the day.';
  if (has('mm') < has('ss') || has('mm') !== has('HH', 'H', 'hh', 'h'))
    return 'The time of day is hours (HH), minutes (mm) and perhaps seconds (ss).';
  return undefined;
}
