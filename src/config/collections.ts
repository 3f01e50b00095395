import { type Kind, noOptions, type Reading, report, within, wrongType } from './kind.js';
import { isNothing, type Tree } from './tree.js';

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** NAME → value, with names that flags and variables can spell. */
export const map = <T>(of: Kind<T>): Kind<Readonly<Record<string, T>>> =>
  entries(of, 'map of NAME to options', namePattern);

/** Any text → value. */
export const record = <T>(of: Kind<T>): Kind<Readonly<Record<string, T>>> => entries(of, `map to ${of.title}`, /\S/);

function entries<T>(of: Kind<T>, title: string, name: RegExp): Kind<Readonly<Record<string, T>>> {
  return {
    title,
    schema: { type: ['object', 'null'], propertyNames: { pattern: name.source }, additionalProperties: of.schema },
    inside: { kind: 'map', of },
    read(tree, at) {
      if (isNothing(tree)) return {};
      if (tree.kind !== 'map')
        return noOptions(
          at,
          tree,
          `Write \`NAME:\` below \`${at.path}\`, indented, and what belongs to it below that.`,
        );
      const values: [string, T][] = [];
      for (const { key, place, value } of tree.entries) {
        const inner = within(at, key, place);
        if (!name.test(key)) {
          report(
            inner,
            place,
            'wrong-value',
            `\`${key}\` cannot be a name.`,
            'Use up to 64 letters, digits, `-` and `_`, beginning with a letter or digit.',
          );
          continue;
        }
        const read = of.read(value, inner);
        if (read !== undefined) values.push([key, read]);
      }
      return Object.fromEntries(values);
    },
  };
}

/** A list; `unique` refuses a text that is there already. */
export function list<T>(
  of: Kind<T>,
  bounds: { readonly min?: number; readonly max: number; readonly unique?: true },
): Kind<readonly T[]> {
  const { min = 0, max, unique } = bounds;
  return {
    title: `list of ${of.title}`,
    schema: { type: 'array', items: of.schema, minItems: min, maxItems: max, ...(unique && { uniqueItems: true }) },
    inside: { kind: 'list', of },
    read(tree, at) {
      if (tree.kind !== 'list') return wrongType(at, tree, 'a list', 'Write `[A, B]`, or one `- A` a line below.');
      if (tree.items.length < min || tree.items.length > max) {
        return report(
          at,
          tree.place,
          'out-of-bounds',
          `The list has ${tree.items.length} entries.`,
          `Give at least ${min} and at most ${max}.`,
        );
      }
      return readItems(of, unique === true, tree.items, at);
    },
  };
}

/** One value or a list of them; always read as a list. */
export function oneOrMany<T>(of: Kind<T>): Kind<readonly T[]> {
  const many = list(of, { min: 1, max: 1_000, unique: true });
  return {
    title: `${of.title}, or a list of them`,
    schema: { anyOf: [of.schema, many.schema] },
    inside: { kind: 'one-or-many' },
    read: (tree, at) => (tree.kind === 'list' ? many.read(tree, at) : readItems(of, false, [tree], at, at)),
  };
}

/** Options that may be written as the value of one of them: a word, or a list of words, for `{ KEY: … }`. */
export function orAlone<T>(of: Kind<T>, key: string, alone: Kind<unknown>): Kind<T> {
  return {
    title: `${alone.title}, or options`,
    schema: { anyOf: [alone.schema, of.schema] },
    inside: of.inside,
    read(tree, at) {
      if (tree.kind === 'map' || tree.kind === 'unusable' || isNothing(tree)) return of.read(tree, at);
      return of.read({ kind: 'map', entries: [{ key, place: tree.place, value: tree }], place: tree.place }, at);
    },
  };
}

function readItems<T>(
  of: Kind<T>,
  unique: boolean,
  items: readonly Tree[],
  at: Reading,
  alone?: Reading,
): readonly T[] | undefined {
  const seen = new Map<string, number>();
  const values: T[] = [];
  for (const [index, item] of items.entries()) {
    const inner = alone ?? within(at, index, item.place);
    const value = of.read(item, inner);
    if (value === undefined) continue;
    values.push(value);
    if (!unique || item.kind !== 'scalar') continue;
    const first = seen.get(item.text);
    if (first !== undefined)
      report(
        inner,
        item.place,
        'duplicate',
        `\`${item.shown}\` is in the list already, as entry ${first + 1}.`,
        'Keep one of them.',
      );
    else seen.set(item.text, index);
  }
  return values.length === items.length ? values : undefined;
}
