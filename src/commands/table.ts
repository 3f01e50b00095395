import { plain } from '../metrics/wording.js';

/**
 * Rows as aligned columns, two blanks apart, with a heading; columns whose heading ends in `>` are aligned right.
 * Every cell becomes one line without control characters: reasons come from vendors and files.
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const isRight = headings.map(heading => heading.endsWith('>'));
  const titles = headings.map(heading => heading.replace(/>$/, '').toUpperCase());
  const lines = [titles, ...rows.map(row => row.map(plain))];
  const widths = titles.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)));
  const shown = lines.map(line =>
    line
      .map((cell, column) => (isRight[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  return `${shown.join('\n')}\n`;
}
