/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours cost one each. */
export function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let old: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    [older, old, row] = [old, row, [i]];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        old[j]! + 1,
        row[j - 1]! + 1,
        old[j - 1]! + (same ? 0 : 1),
        swapped ? older[j - 2]! + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return row[b.length]!;
}

/** Letters and digits only, lower case: `API_KEY`, `api-key` and `apiKey` are spelled alike. */
export const plainSpelling = (name: string): string => name.toLowerCase().replaceAll(/[-_ ]/g, '');

/** The known names that `name` was probably meant to be: spelled alike, else the nearest within two edits (one for up to three letters); at most three. */
export function nearest(name: string, known: readonly string[]): string[] {
  const plain = plainSpelling(name);
  const alike = known.filter(candidate => plainSpelling(candidate) === plain);
  if (alike.length > 0) return alike.slice(0, 3);
  const limit = plain.length > 3 ? 2 : 1;
  // Three letters of difference in length cannot be two edits; measuring less also bounds the work for absurd keys.
  const measured = known
    .filter(candidate => Math.abs(candidate.length - name.length) < 3)
    .map(candidate => ({ candidate, edits: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= limit);
  const least = Math.min(...measured.map(({ edits }) => edits));
  return measured
    .filter(({ edits }) => edits === least)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** `a`, `b` or `c` */
export const oneOfThese = (names: readonly string[]): string => {
  const quoted = names.map(name => `\`${name}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
};

/** A mend for a wrong name: what was probably meant, else what there is. */
export function meant(name: string, known: readonly string[], what: string): string {
  const near = nearest(name, known);
  if (near.length > 0) return `Did you mean ${oneOfThese(near)}?`;
  if (known.length === 0) return `There are no ${what}.`;
  const more = known.length > 12 ? `, … (${known.length})` : '';
  return `Known ${what}: ${known.slice(0, 12).join(', ')}${more}.`;
}
