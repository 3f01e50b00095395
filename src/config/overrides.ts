import type { Env } from './environment.js';
import type { Fields, Inside, Kind } from './kind.js';
import { byCodeUnits, type Problem, problemAt } from './problem.js';
import { type Parsed, readYaml } from './read-yaml.js';
import { meant, plainSpelling } from './spelling.js';
import { type Substitution, substitute } from './substitute.js';
import { entryOf, isNothing, type Place, type Tree } from './tree.js';

/** One value laid over the file. */
export interface Override {
  readonly place: Place;
  readonly segments: readonly string[];
  readonly text: string;
  /** A flag stands in the shell's history and process lists, as open as the file: it may hold `${…}`, and no secret. A variable is taken as it is. */
  readonly from: 'variable' | 'flag';
}

const prefix = 'FINANCELAKE_';

/**
 * `FINANCELAKE_A__B=c` for the option `a.b`. An empty variable counts as unset. Names without `__` are options only if they are spelled like one
 * at the top (`FINANCELAKE_SCALE`), because others are free for `${…}`, and container platforms inject such names by themselves.
 */
export function fromEnvironment(env: Env, root: Kind<unknown>): Override[] {
  const top = root.inside.kind === 'object' ? Object.keys(root.inside.fields).map(plainSpelling) : [];
  return Object.entries(env)
    .filter(
      (pair): pair is [string, string] => pair[0].startsWith(prefix) && pair[0] !== `${prefix}CONFIG` && !!pair[1],
    )
    .map(([file, text]) => ({
      place: { file },
      segments: file.slice(prefix.length).split('__'),
      text,
      from: 'variable' as const,
    }))
    .filter(({ segments }) => segments.length > 1 || top.includes(plainSpelling(segments[0] ?? '')))
    .toSorted((a, b) => byCodeUnits(a.place.file, b.place.file));
}

/** `--set a.b=c` */
export function fromFlags(set: readonly string[], problems: Problem[]): Override[] {
  return set.flatMap(flag => {
    const equals = flag.indexOf('=');
    const name = (equals < 0 ? flag : flag.slice(0, equals)).trim();
    const place = { file: `--set ${name}` };
    if (equals > 0 && name !== '')
      return [{ place, segments: name.split('.'), text: flag.slice(equals + 1), from: 'flag' as const }];
    problems.push(
      problemAt(place, {
        code: 'bad-override',
        path: '',
        message: 'This flag has no `=`.',
        mend: 'Write `--set a.b=value`, for example `--set http.port=9000`.',
      }),
    );
    return [];
  });
}

/** Lays one value over a tree; a problem leaves the tree as it was. */
export function override(
  tree: Tree,
  { place, segments, text, from }: Override,
  root: Kind<unknown>,
  using: Substitution,
): Tree {
  const found = locate(root, tree, segments);
  if ('unknown' in found) {
    const { unknown, path, mend } = found;
    const message =
      path === '' ? `There is no option \`${unknown}\`.` : `There is no option \`${unknown}\` in \`${path}\`.`;
    using.report(
      problemAt(place, { code: 'unknown-key', path: path === '' ? unknown : `${path}.${unknown}`, message, mend }),
    );
    return tree;
  }
  const path = found.path.join('.');
  const parsed = parse(found.kind, text, place);
  for (const problem of parsed.problems) using.report({ ...problem, path });
  if (parsed.problems.length > 0 || !parsed.tree) return tree;
  return put(
    tree,
    found.path,
    from === 'flag' ? substitute(parsed.tree, path, using) : withoutLiterals(parsed.tree),
    place,
  );
}

type Located =
  | { readonly path: readonly string[]; readonly kind: Kind<unknown> }
  | { readonly unknown: string; readonly path: string; readonly mend: string };

/** Finds the option that was meant, and how the file spells the names on the way. */
function locate(root: Kind<unknown>, tree: Tree, segments: readonly string[]): Located {
  const path: string[] = [];
  let kind = root;
  let here: Tree | undefined = tree;
  for (const segment of segments) {
    const step = into(kind.inside, here, segment);
    if (typeof step === 'string') return { unknown: segment, path: path.join('.'), mend: step };
    path.push(step.key);
    kind = step.kind;
    here = entryOf(here, step.key)?.value;
  }
  return { path, kind };
}

const anything: Kind<unknown> = { title: '', schema: {}, inside: { kind: 'free' }, read: () => undefined };

/** One step, or the mend for a step that leads nowhere. */
function into(
  inside: Inside,
  here: Tree | undefined,
  segment: string,
): { readonly key: string; readonly kind: Kind<unknown> } | string {
  const plain = plainSpelling(segment);
  switch (inside.kind) {
    case 'free':
      return { key: segment, kind: anything };
    case 'map': {
      const names = here?.kind === 'map' ? here.entries.map(entry => entry.key) : [];
      const alike = names.includes(segment) ? [segment] : names.filter(name => plainSpelling(name) === plain);
      if (alike.length > 1)
        return `Several names are spelled like it: ${alike.join(', ')}. Use \`--set\` with the one you mean.`;
      return { key: alike[0] ?? newName(segment), kind: inside.of };
    }
    case 'object':
    case 'tagged': {
      const fields = fieldsOf(inside);
      const key = Object.keys(fields).find(name => plainSpelling(name) === plain);
      if (key !== undefined) return { key, kind: fields[key]! };
      return meant(segment, Object.keys(fields), 'options here');
    }
    case 'list':
      return 'A list is replaced as a whole: `[A, B]`.';
    case 'scalar':
    case 'one-or-many':
      return 'Nothing stands below this option.';
  }
}

/** Variables are upper case by custom; a name that only they have is spelled as files do. */
const newName = (segment: string): string =>
  /[a-z]/.test(segment) ? segment : segment.toLowerCase().replaceAll('_', '-');

const kindsOf = (fields: Fields): Record<string, Kind<unknown>> =>
  Object.fromEntries(Object.entries(fields).map(([key, { kind }]) => [key, kind]));

function fieldsOf(inside: Extract<Inside, { kind: 'object' | 'tagged' }>): Record<string, Kind<unknown>> {
  if (inside.kind === 'object') return kindsOf(inside.fields);
  const cases = Object.values(inside.cases).map(kindsOf);
  return Object.assign({ [inside.tag]: scalarKind }, ...cases, kindsOf(inside.common)) as Record<string, Kind<unknown>>;
}

const scalarKind: Kind<unknown> = { ...anything, inside: { kind: 'scalar' } };

/** A single value is taken as it is, so that a key full of `#` and `:` arrives whole; lists and maps are read as YAML. */
function parse({ inside }: Kind<unknown>, text: string, place: Place): Parsed {
  const asIs = inside.kind === 'scalar' || (inside.kind === 'one-or-many' && !/^\s*\[/.test(text));
  if (asIs) return { tree: { kind: 'scalar', text, plain: false, shown: text, literal: true, place }, problems: [] };
  const { tree = { kind: 'map', entries: [], place }, problems } = readYaml(text, { file: place.file, lines: false });
  return { tree, problems };
}

function withoutLiterals(tree: Tree): Tree {
  switch (tree.kind) {
    case 'scalar':
      return { ...tree, literal: false };
    case 'list':
      return { ...tree, items: tree.items.map(withoutLiterals) };
    case 'map':
      return { ...tree, entries: tree.entries.map(entry => ({ ...entry, value: withoutLiterals(entry.value) })) };
    case 'unusable':
      return tree;
  }
}

function put(tree: Tree | undefined, [key, ...rest]: readonly string[], value: Tree, place: Place): Tree {
  if (key === undefined) return value;
  // What cannot have anything below it stays, to be reported.
  if (tree && tree.kind !== 'map' && !isNothing(tree)) return tree;
  const old = tree?.kind === 'map' ? tree.entries : [];
  const found = old.find(entry => entry.key === key);
  const inner = put(found?.value, rest, value, place);
  const entry = { key, place: rest.length === 0 ? place : (found?.place ?? place), value: inner };
  const entries = found ? old.map(other => (other === found ? entry : other)) : [...old, entry];
  return { kind: 'map', entries, place: tree?.place ?? place };
}
