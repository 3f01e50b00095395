import { objectSchema } from './json-schema.js';
import { type Field, type Fields, type Kind, noOptions, type ObjectOf, type Reading, report, within } from './kind.js';
import type { ProblemCode } from './problem.js';
import { readYaml } from './read-yaml.js';
import { meant, nearest } from './spelling.js';
import { type Entry, entryOf, isNothing, type Tree } from './tree.js';

/** What a check of several options together can see and say. A value that is wrong by itself is absent, and was reported. */
export interface Checking<T> {
  readonly value: Partial<T>;
  readonly at: Reading;
  /** What was written down, right or wrong; undefined for nothing. */
  readonly entry: (key: keyof T & string) => Entry | undefined;
  readonly report: (key: keyof T & string, code: ProblemCode, message: string, mend: string) => void;
}

export type Check<T> = (checking: Checking<T>) => void;

/** Known options by name. Unknown keys are problems; `check` looks at several together. */
export function object<F extends Fields>(fields: F, check?: Check<ObjectOf<F>>): Kind<ObjectOf<F>> {
  return {
    title: 'options',
    schema: objectSchema(fields),
    inside: { kind: 'object', fields },
    read: (tree, at) => readObject(fields, check, tree, at),
  };
}

/** Reads known options; see `object`. */
export function readObject<F extends Fields>(
  fields: F,
  check: Check<ObjectOf<F>> | undefined,
  given: Tree,
  at: Reading,
): ObjectOf<F> | undefined {
  const tree: Tree = isNothing(given) ? { kind: 'map', entries: [], place: given.place } : given;
  if (tree.kind !== 'map') {
    const what = at.path === '' ? 'the options' : `the options of \`${at.path}\``;
    return noOptions(
      at,
      tree,
      `Write ${what} as \`key: value\`, one a line${at.path === '' ? '' : ', indented below it'}.`,
    );
  }
  const before = at.problems.length;
  const meantKeys = tree.entries
    .filter(({ key }) => !Object.hasOwn(fields, key))
    .flatMap(entry => unknownKey(fields, entry, at));
  const values: Record<string, unknown> = {};
  let complete = true;
  for (const [key, field] of Object.entries(fields)) {
    const entry = entryOf(tree, key);
    // A misspelled option is one problem, not a misspelled one and a missing one.
    const value =
      !entry && field.presence === 'required' && meantKeys.includes(key)
        ? undefined
        : readField(key, field, entry, values, at);
    if (value !== undefined) values[key] = value;
    else if (field.presence !== 'optional') complete = false;
  }
  const value = values as Partial<ObjectOf<F>>;
  const entry = (key: string): Entry | undefined => {
    const found = entryOf(tree, key);
    return found && !isNothing(found.value) ? found : undefined;
  };
  // With a misspelled name among them, what belongs together cannot be judged.
  if (meantKeys.length === 0)
    check?.({
      value,
      at,
      entry,
      report: (key, code, message, mend) => {
        const place = entryOf(tree, key)?.place ?? at.place;
        report(within(at, key, place), place, code, message, mend);
      },
    });
  return complete && at.problems.length === before ? (value as ObjectOf<F>) : undefined;
}

/** Reports it, and tells which options were probably meant. */
function unknownKey(fields: Fields, { key, place }: Entry, at: Reading): readonly string[] {
  const where = at.path === '' ? 'at the top' : `in \`${at.path}\``;
  const near = nearest(key, Object.keys(fields));
  const elsewhere = near.length > 0 ? [] : at.elsewhere(key);
  const mend =
    elsewhere.length > 0
      ? `It belongs elsewhere: ${elsewhere.join(', ')}.`
      : /^\d{3}$/.test(key)
        ? 'A comma ends a value: write numbers without thousands marks, as 1000.'
        : meant(key, Object.keys(fields), 'options here');
  report(within(at, key, place), place, 'unknown-key', `There is no option \`${key}\` ${where}.`, mend);
  return near;
}

function readField(
  key: string,
  field: Field<unknown>,
  entry: Entry | undefined,
  beside: Readonly<Record<string, unknown>>,
  at: Reading,
): unknown {
  const { kind, presence, doc } = field;
  const inner = within(at, key, entry?.place ?? at.place);
  // A bare `feeds:` is an empty section, a bare `token:` is no token.
  if (entry && !isNothing(entry.value)) {
    if (field.notYet !== undefined)
      report(inner, entry.place, 'not-yet', `This version does not have \`${inner.path}\`.`, field.notYet);
    const before = at.problems.length;
    const value = kind.read(entry.value, inner);
    const silent = value === undefined && at.problems.length === before && entry.value.kind !== 'unusable';
    // An empty secret is nothing without being a problem by itself.
    if (presence !== 'required' || !silent) return value;
  }
  if (presence === 'optional') return undefined;
  if (presence === 'required')
    return report(
      inner,
      inner.place,
      'missing',
      missing(key, doc),
      `Add \`${key}:\` to ${at.path === '' ? 'the file' : `\`${at.path}\``}.`,
    );
  if (field.from) return field.from(beside);
  return kind.read(presetTree(field), inner);
}

/** What to say of an option that is not there. */
export const missing = (key: string, doc: string): string =>
  `\`${key}\` is missing: ${doc.charAt(0).toLowerCase()}${doc.slice(1)}`;

/** A default as a tree; a mistake in one is found by the first test that loads anything. */
function presetTree({ preset = '', kind }: Field<unknown>): Tree {
  if (kind.inside.kind === 'scalar')
    return { kind: 'scalar', text: preset, plain: false, shown: preset, literal: false, place: { file: 'default' } };
  return readYaml(preset, { file: 'default', lines: false }).tree!;
}
