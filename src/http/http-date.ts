const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const imf = /^[a-z]{3}, (?<day>\d\d) (?<month>[a-z]{3}) (?<year>\d{4}) (?<clock>\d\d:\d\d:\d\d) GMT$/i;
const rfc850 = /^[a-z]{6,9}, (?<day>\d\d)-(?<month>[a-z]{3})-(?<year>\d\d) (?<clock>\d\d:\d\d:\d\d) GMT$/i;
const asctime = /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<clock>\d\d:\d\d:\d\d) (?<year>\d{4})$/i;

/**
 * Epoch ms of an HTTP-date in any of its three forms (RFC 9110 section 5.6.7); undefined for anything else. Not `Date.parse`, which takes
 * `7` for a month and reads a date without a zone as local time.
 * @param nowMs decides the century of a two-digit year, which is at most 50 years ahead
 */
export function httpDateMs(text: string, nowMs: number): number | undefined {
  const parts = (imf.exec(text) ?? rfc850.exec(text) ?? asctime.exec(text))?.groups;
  if (!parts) return undefined;
  const { day = '', month = '', year = '', clock = '' } = parts;
  const monthIndex = months.indexOf(month.toLowerCase());
  const fullYear = year.length === 4 ? Number(year) : nearestYear(Number(year), new Date(nowMs).getUTCFullYear());
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  const ms = Date.UTC(fullYear, monthIndex, Number(day), hours, minutes, seconds);
  const sound =
    monthIndex >= 0 && new Date(ms).getUTCDate() === Number(day) && hours < 24 && minutes < 60 && seconds <= 60;
  return sound ? ms : undefined;
}

const nearestYear = (twoDigits: number, thisYear: number): number => {
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
};
