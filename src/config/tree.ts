/** Where something was written: in the file, or by a variable or flag, which have no lines. */
export type Place =
  | {
      readonly file: string;
      /** From 1, as is `column`. */
      readonly line: number;
      readonly column: number;
      /** Columns to mark in `text`, the source line. */
      readonly length: number;
      readonly text: string;
    }
  | { readonly file: string; readonly line?: undefined };

/** A configuration before it is understood: file, variables and flags laid over each other. */
export type Tree = Scalar | List | Mapping | Unusable;

export interface Scalar {
  readonly kind: 'scalar';
  readonly text: string;
  /** Written without quotes: only then an empty text, `~` and `null` mean "nothing". */
  readonly plain: boolean;
  /** How messages name the value: its source when it was substituted, so that nothing secret is repeated. */
  readonly shown: string;
  /** True when some of the text stands in the file or on the command line itself. */
  readonly literal: boolean;
  readonly place: Place;
}

export interface List {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly place: Place;
}

export interface Mapping {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
  readonly place: Place;
}

export interface Entry {
  readonly key: string;
  readonly place: Place;
  readonly value: Tree;
}

/** Its problem is reported already. */
export interface Unusable {
  readonly kind: 'unusable';
  readonly place: Place;
}

export const isNothing = (tree: Tree): boolean =>
  tree.kind === 'scalar' && tree.plain && (tree.text === '' || tree.text === '~' || tree.text === 'null');

export const entryOf = (tree: Tree | undefined, key: string): Entry | undefined =>
  tree?.kind === 'map' ? tree.entries.find(entry => entry.key === key) : undefined;

/** What a person calls it. */
export function describe(tree: Tree): string {
  switch (tree.kind) {
    case 'scalar':
      return isNothing(tree) ? 'nothing' : `\`${brief(tree.shown)}\``;
    case 'list':
      return 'a list';
    case 'map':
      return 'a map of keys and values';
    case 'unusable':
      return 'something unusable';
  }
}

const brief = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};
