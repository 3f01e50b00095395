/** Reads the cells of one column. */
export interface CellReader {
  /** Of a dead letter: `bad-number`, `bad-time`. */
  readonly code: string;
  /** The value as text; null where the cell says that there is none; undefined where it cannot be read: `why` says why. */
  read(cell: string): string | null | undefined;
  /** What is wrong with the cell that was read last, for people. */
  why(): string;
}

/** A cell as a message may show it. */
export const shown = (cell: string): string => {
  const line = cell.replaceAll(/\p{Cc}+/gu, ' ');
  return line.length > 60 ? `\`${line.slice(0, 59)}…\`` : `\`${line}\``;
};
