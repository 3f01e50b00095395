/** First and last day (inclusive, days since 1970) of the week (Monday to Sunday) or month that contains `day`. */
export function periodDays(interval: '1w' | '1mo', day: number): readonly [first: number, last: number] {
  if (interval === '1w') {
    // Day 0 was a Thursday.
    const monday = Math.floor((day + 3) / 7) * 7 - 3;
    return [monday, monday + 6];
  }
  const date = new Date(day * 86_400_000);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return [first / 86_400_000, next / 86_400_000 - 1];
}
