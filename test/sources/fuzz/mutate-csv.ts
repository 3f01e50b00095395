import type { Chance } from './chance.js';
import { respell, spoil } from './spoil.js';

/** Changes cells, rows, columns, quotes or line ends of a CSV text. `donors` are rows of others. */
export function mutateCsv(chance: Chance, text: string, donors: readonly string[]): string {
  const lines = text.split(/\r?\n/);
  const at = chance.below(lines.length);
  const how = chance.next();
  if (how < 0.07) return lines.toSpliced(at, 1).join('\r\n');
  if (how < 0.14) return lines.toSpliced(at, 0, lines[at]!).join('\r\n');
  if (how < 0.22) return lines.toSpliced(at, 0, chance.pick(donors)).join('\n');
  if (how < 0.26) return [...lines.slice(0, 1), ...lines.slice(1).toReversed()].join('\n');
  if (how < 0.3) return lines.join(chance.pick(['\r', '\n\n', '\r\r\n', ' \n', '\u2028', '\0']));
  if (how < 0.33) return text.replaceAll(',', chance.pick([';', '\t', '|', ', ', ',,']));
  if (how < 0.43) return column(chance, lines);
  const cells = lines[at]!.split(',');
  const cell = chance.below(cells.length);
  const old = cells[cell]!;
  const quoted = chance.pick([`"${old}"`, `"${old}`, `${old}"`, `"${old.replaceAll('"', '""')}\n"`, `""${old}""`]);
  const changed = how < 0.55 ? quoted : how < 0.65 && at === 0 ? respell(chance, old) : spoil(chance, old);
  return lines.with(at, cells.with(cell, changed).join(',')).join('\r\n');
}

/** Drops, doubles or moves one column in every row. */
function column(chance: Chance, lines: readonly string[]): string {
  const width = lines[0]!.split(',').length;
  const from = chance.below(width);
  const to = chance.below(width);
  const how = chance.next();
  return lines
    .map(line => {
      const cells = line.split(',');
      const cell = cells[from] ?? '';
      if (how < 0.3) return cells.toSpliced(from, 1).join(',');
      if (how < 0.6) return cells.toSpliced(to, 0, cell).join(',');
      return cells.toSpliced(from, 1).toSpliced(to, 0, cell).join(',');
    })
    .join('\r\n');
}
