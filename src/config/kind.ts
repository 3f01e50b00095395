import { type Problem, type ProblemCode, problemAt } from './problem.js';
import { describe, isNothing, type Place, type Tree } from './tree.js';

export type JsonSchema = { readonly [key: string]: unknown };

/** What an option can be: one value that reads it, describes it to people and to editors. */
export interface Kind<T> {
  /** For the table in the docs: `duration`, `list of text`. */
  readonly title: string;
  readonly schema: JsonSchema;
  /** The value, or undefined after a problem was reported. */
  read(tree: Tree, at: Reading): T | undefined;
  readonly inside: Inside;
}

/** What stands inside, for those who walk the declaration: overrides, docs, starter. */
export type Inside =
  | { readonly kind: 'scalar' }
  | { readonly kind: 'list'; readonly of: Kind<unknown> }
  | { readonly kind: 'one-or-many' }
  | { readonly kind: 'object'; readonly fields: Fields }
  | { readonly kind: 'map'; readonly of: Kind<unknown> }
  | {
      readonly kind: 'tagged';
      readonly tag: string;
      readonly doc: string;
      readonly cases: Readonly<Record<string, Fields>>;
      readonly common: Fields;
    }
  | { readonly kind: 'free' };

/** One option: a kind in its place. */
export interface Field<T, Presence extends 'required' | 'optional' | 'preset' = 'required' | 'optional' | 'preset'> {
  readonly kind: Kind<T>;
  readonly doc: string;
  readonly presence: Presence;
  /** The default as it would be written in the file. */
  readonly preset?: string;
  /** A default that depends on the options beside it; `preset` tells people what it is. */
  readonly from?: (beside: Readonly<Record<string, unknown>>) => T;
  /** Declared, but this version cannot do it: anything but its absence is a problem with this mend. */
  readonly notYet?: string;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** What one read knows: where it is, what lies around, and whom to tell. */
export interface Reading {
  readonly path: string;
  /** Where the option is named: its key, for problems that no value shows. */
  readonly place: Place;
  /** Relative paths start here: the directory of the config file. */
  readonly directory: string;
  /** Names that references may use. */
  readonly names: Readonly<Record<'sources' | 'symbols', readonly string[]>>;
  /** Where else there is an option of that name, for people. */
  readonly elsewhere: (option: string) => readonly string[];
  /** Why the symbol list in a file cannot be used, in one line; undefined when it can, or when nobody is to look. */
  readonly listFault: (file: { readonly path: string; readonly column?: string }) => string | undefined;
  readonly problems: Problem[];
}

export const within = (at: Reading, key: string | number, place: Place): Reading => {
  const step = typeof key === 'number' ? `[${key}]` : at.path === '' ? key : `.${key}`;
  return { ...at, path: at.path + step, place };
};

/** Reports at `place`; `marked` false keeps the source text out of sight. */
export function report(
  at: Reading,
  place: Place,
  code: ProblemCode,
  message: string,
  mend: string,
  marked = true,
): undefined {
  at.problems.push(problemAt(place, { code, path: at.path, message, mend }, marked));
  return undefined;
}

/** Reports that a value is of another type. */
export function wrongType(at: Reading, tree: Tree, wanted: string, mend: string): undefined {
  if (tree.kind === 'unusable') return undefined;
  const place = isNothing(tree) ? at.place : tree.place;
  return report(at, place, 'wrong-type', `Expected ${wanted}, found ${describe(tree)}.`, mend);
}

/** The same where several options should stand; a single value is not shown, for one of those options may be a secret. */
export function noOptions(at: Reading, tree: Tree, mend: string): undefined {
  if (tree.kind !== 'scalar' || isNothing(tree)) return wrongType(at, tree, 'a map of options', mend);
  return report(at, tree.place, 'wrong-type', 'Expected a map of options, found a single value.', mend, false);
}

/** Must be given. */
export const required = <T>(kind: Kind<T>, doc: string): Field<T, 'required'> => ({ kind, doc, presence: 'required' });

/** May be left out. */
export const optional = <T>(kind: Kind<T>, doc: string): Field<T, 'optional'> => ({ kind, doc, presence: 'optional' });

/** Has a default, spelled as in the file. */
export const preset = <T>(kind: Kind<T>, text: string, doc: string): Field<T, 'preset'> => ({
  kind,
  doc,
  presence: 'preset',
  preset: text,
});

/** Has a default that follows from its neighbours; `text` says what it is. */
export const derived = <T>(
  kind: Kind<T>,
  text: string,
  from: (beside: Readonly<Record<string, unknown>>) => T,
  doc: string,
): Field<T, 'preset'> => ({ kind, doc, presence: 'preset', preset: text, from });

/** Declared for later. */
export const notYet = <T>(field: Field<T, 'optional'>, mend: string): Field<T, 'optional'> => ({
  ...field,
  notYet: mend,
});

/** The value of an option. */
export type ValueOf<F> = F extends Field<infer T> ? T : never;

/** What a kind reads. */
export type Read<K> = K extends Kind<infer T> ? T : never;

type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends Field<unknown, 'optional'> ? K : never }[keyof F];

/** The value of an object of options. */
export type ObjectOf<F extends Fields> = Flat<
  { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
    readonly [K in OptionalKeys<F>]?: ValueOf<F[K]>;
  }
>;

export type Flat<T> = { [K in keyof T]: T[K] };
