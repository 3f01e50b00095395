import type { StoredLetter } from './letter.js';
import type { Dealing } from './mark.js';

/** Which letters: by id or by place (`PARTITION/OFFSET`), by reason, or all. */
export type Selection = { readonly letters: readonly string[] } | { readonly code: string } | { readonly all: true };

/** What became of the letters that were meant. */
export interface Dealt {
  readonly done: number;
  /** Dealt with before. */
  readonly before: number;
  /** Of these the first. */
  readonly was: readonly LetterDealt[];
  readonly staying: number;
  /** Of these the first. */
  readonly stay: readonly LetterStays[];
  /** Named, and not there. */
  readonly unknown: readonly string[];
}

interface LetterDealt {
  readonly id: string;
  readonly place: string;
  readonly dealing: Dealing;
  /** UTC, ISO-8601 with Z. */
  readonly at: string;
}

interface LetterStays {
  readonly id: string;
  readonly place: string;
  readonly code: string;
  readonly why: string;
}

export const placeOf = ({ partition, offset }: Pick<StoredLetter, 'partition' | 'offset'>): string =>
  `${partition}/${offset}`;

export function isMeant(selection: Selection, letter: StoredLetter): boolean {
  if ('all' in selection) return true;
  if ('code' in selection) return selection.code === letter.code;
  return selection.letters.includes(letter.id) || selection.letters.includes(placeOf(letter));
}
