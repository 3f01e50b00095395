import type { Place } from './tree.js';

/** What can be wrong with a configuration. The words are stable: scripts may look for them. */
export type ProblemCode =
  | 'no-config'
  | 'unreadable'
  | 'syntax'
  | 'duplicate-key'
  | 'unknown-key'
  | 'wrong-type'
  | 'wrong-value'
  | 'out-of-bounds'
  | 'missing'
  | 'unknown-name'
  | 'duplicate'
  | 'no-effect'
  | 'unset-variable'
  | 'bad-substitution'
  | 'literal-secret'
  | 'missing-key'
  | 'clear-text'
  | 'open-host'
  | 'bad-override'
  | 'not-yet';

export interface Problem {
  readonly code: ProblemCode;
  /** The config file as its user would name it, else the variable (`FINANCELAKE_HTTP__PORT`) or the flag (`--set http.port`). */
  readonly file: string;
  /** From 1, counted as editors do (a tab is one column); absent for variables and flags. */
  readonly line?: number;
  readonly column?: number;
  /** `feeds.daily.symbols[2]`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly mend: string;
  readonly excerpt?: Excerpt;
}

/** A piece of the source line: `length` columns from `from` (both of `text`, from 0) are what the problem is about. Never shows a secret. */
export interface Excerpt {
  readonly text: string;
  readonly from: number;
  readonly length: number;
}

const maxWidth = 100;

/**
 * Only what is marked, what indents it and the key before it are shown: anything else of the line may hold a secret, even under a misspelled key.
 */
export function excerpt(line: string, from: number, length: number): Excerpt {
  const before = line.slice(0, from);
  const key = /[\w.-]+["']?:\s*$/.exec(before)?.[0] ?? '';
  const head = before.slice(0, before.length - key.length);
  const prefix = /^[\s-]*$/.test(head) ? before : `… ${key}`;
  const marked = line.slice(from, from + length);
  const room = Math.max(20, maxWidth - prefix.length);
  const text = (marked.length > room ? `${marked.slice(0, room - 1)}…` : marked).replaceAll('\t', '→');
  return { text: prefix.replaceAll('\t', ' ') + text, from: prefix.length, length: Math.max(1, text.length) };
}

/** A problem at a place; without `marked` no source text is shown. */
export function problemAt(
  place: Place,
  about: Pick<Problem, 'code' | 'path' | 'message' | 'mend'>,
  marked = true,
): Problem {
  if (place.line === undefined) return { ...about, file: place.file };
  const { file, line, column, length, text } = place;
  const shown = marked && length > 0 ? { excerpt: excerpt(text, column - 1, length) } : {};
  return { code: about.code, file, line, column, path: about.path, message: about.message, mend: about.mend, ...shown };
}

/** By place: the file from top to bottom, then flags and variables by name. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const line = (problem: Problem): number => problem.line ?? Number.MAX_SAFE_INTEGER;
  return problems.toSorted(
    (a, b) => line(a) - line(b) || (a.column ?? 0) - (b.column ?? 0) || byCodeUnits(a.file, b.file),
  );
}

/** The same order in every locale. */
export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
