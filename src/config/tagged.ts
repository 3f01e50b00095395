import { objectSchema } from './json-schema.js';
import {
  type Field,
  type Fields,
  type Flat,
  type Kind,
  noOptions,
  type ObjectOf,
  type Reading,
  report,
  within,
  wrongType,
} from './kind.js';
import { type Check, missing, readObject } from './object.js';
import { constant } from './scalars.js';
import { meant, nearest } from './spelling.js';
import { entryOf, isNothing, type Mapping } from './tree.js';

type Cases = Readonly<Record<string, Fields>>;

type TaggedBy<K extends string, C extends Cases, M extends Fields> = {
  [N in keyof C & string]: Flat<{ readonly [T in K]: N } & ObjectOf<C[N] & M>>;
}[keyof C & string];

/** Options that depend on one of them: `tag` names the case, `common` are there in every case. */
export function tagged<const K extends string, C extends Cases, M extends Fields>(
  tag: K,
  doc: string,
  cases: C,
  common: M,
  checks: { readonly [N in keyof C]?: Check<ObjectOf<C[N] & M>> } = {},
): Kind<TaggedBy<K, C, M>> {
  const fieldsOf = (name: string): Fields => {
    const word: Field<string> = { kind: constant(name), doc, presence: 'required' };
    return { [tag]: word, ...cases[name], ...common };
  };
  const names = Object.keys(cases);
  return {
    title: `options by \`${tag}\``,
    schema: { oneOf: names.map(name => objectSchema(fieldsOf(name))) },
    inside: { kind: 'tagged', tag, doc, cases, common },
    read(tree, at) {
      if (tree.kind !== 'map') return noOptions(at, tree, `Write the options of \`${at.path}\` below it, indented.`);
      const name = caseOf(tree, at, tag, doc, names);
      if (name === undefined) return undefined;
      // The case is chosen by its name, which TypeScript cannot follow through the record.
      return readObject(fieldsOf(name), checks[name] as Check<ObjectOf<Fields>> | undefined, tree, at) as
        | TaggedBy<K, C, M>
        | undefined;
    },
  };
}

function caseOf(tree: Mapping, at: Reading, tag: string, doc: string, names: readonly string[]): string | undefined {
  const entry = entryOf(tree, tag);
  if (!entry || isNothing(entry.value)) {
    const near = tree.entries.find(({ key }) => nearest(key, [tag]).length > 0);
    if (near)
      return report(
        within(at, near.key, near.place),
        near.place,
        'unknown-key',
        `There is no option \`${near.key}\` here.`,
        `Did you mean \`${tag}\`?`,
      );
    return report(at, at.place, 'missing', missing(tag, doc), `Add \`${tag}:\` with one of: ${names.join(', ')}.`);
  }
  const inner = within(at, tag, entry.place);
  if (entry.value.kind !== 'scalar')
    return wrongType(inner, entry.value, 'a word', `Write one of: ${names.join(', ')}.`);
  if (names.includes(entry.value.text)) return entry.value.text;
  return report(
    inner,
    entry.value.place,
    'wrong-value',
    `\`${entry.value.shown}\` is not a value of \`${tag}\`.`,
    meant(entry.value.text, names, 'values'),
  );
}
