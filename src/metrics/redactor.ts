/** Replaces secrets by `***` in whatever leaves the process. */
export interface Redactor {
  readonly text: (text: string) => string;
  /** For JSON: strings and keys are redacted, and what comes out is JSON again even where a secret looks like a number. */
  readonly json: (json: string) => string;
}

/**
 * The last line of defence: secrets are wrapped where they are read and should never get here. Knows each value as it is and as it
 * looks inside a URL, a form or a JSON string. Values shorter than four characters are left alone: they would shred every text,
 * and no vendor issues such keys.
 */
export function redactor(secrets: readonly string[]): Redactor {
  const spellings = new Set<string>();
  for (const secret of secrets.map(value => value.trim()).filter(value => value.length >= 4)) {
    const inUrl = encodeURIComponent(Buffer.from(secret).toString());
    for (const spelling of [secret, JSON.stringify(secret).slice(1, -1), inUrl, inUrl.replaceAll('%20', '+')])
      spellings.add(spelling);
  }
  // The longest first, so that a secret that contains another leaves nothing behind.
  const values = [...spellings].sort((a, b) => b.length - a.length);
  const text = (clear: string): string => values.reduce((rest, value) => rest.replaceAll(value, '***'), clear);

  const inside = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(inside);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [text(key), inside(member)]));
  };
  const json = (clear: string): string => (text(clear) === clear ? clear : JSON.stringify(inside(JSON.parse(clear))));

  return { text, json };
}
