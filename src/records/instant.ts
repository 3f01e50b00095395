/** UTC ISO-8601 with Z; milliseconds only where there are any: `2017-12-18T19:56:00Z`. */
export function isoInstant(epochMs: number): string {
  const text = new Date(epochMs).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, 19)}Z` : text;
}
