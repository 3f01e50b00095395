import type { Chance } from './chance.js';
import type { Tree } from './json-tree.js';
import { respell, spoil } from './spoil.js';

type Entry = readonly [key: string, value: Tree];

const raws = [
  'null',
  'true',
  'NaN',
  'Infinity',
  '-Infinity',
  '1e400',
  '-0',
  '1E5',
  '01',
  '.5',
  '0x1F',
  'undefined',
  "'1'",
  '12345678901234567890.123456789012345678901',
  '9'.repeat(400),
];

/** Another kind of value in this place. */
function otherKind(chance: Chance, tree: Tree): Tree {
  const how = chance.next();
  if (how < 0.2) return { kind: 'raw', text: chance.pick(raws) };
  if (how < 0.3 && tree.kind === 'text') return { kind: 'raw', text: tree.text };
  if (how < 0.4) return { kind: 'list', items: [tree] };
  if (how < 0.5) return { kind: 'object', entries: [['x', tree]] };
  if (how < 0.6) return { kind: 'list', items: [] };
  if (how < 0.7) return { kind: 'object', entries: [] };
  if (how < 0.75) {
    const depth = 1 + chance.below(300);
    return { kind: 'raw', text: '['.repeat(depth) + ']'.repeat(chance.next() < 0.9 ? depth : depth - 1) };
  }
  if (tree.kind === 'object') return { kind: 'list', items: tree.entries.map(([, value]) => value) };
  if (tree.kind === 'list') return { kind: 'object', entries: tree.items.map((item, at) => [String(at), item]) };
  return { kind: 'text', text: spoil(chance, tree.text) };
}

/** Drops, doubles, swaps, renames or replaces something at one place of the tree; `donors` are parts of other answers. */
export function mutateJson(chance: Chance, tree: Tree, donors: readonly Tree[], depth = 0): Tree {
  if (tree.kind === 'text')
    return chance.next() < 0.8 ? { kind: 'text', text: spoil(chance, tree.text) } : otherKind(chance, tree);
  if (tree.kind === 'raw')
    return chance.next() < 0.5 ? { kind: 'raw', text: spoil(chance, tree.text) } : otherKind(chance, tree);
  if (depth > 0 && chance.next() < 0.08) return chance.next() < 0.5 ? otherKind(chance, tree) : chance.pick(donors);
  if (tree.kind === 'list') {
    const items = mutateParts(
      chance,
      tree.items,
      item => mutateJson(chance, item, donors, depth + 1),
      () => chance.pick(donors),
    );
    return { kind: 'list', items };
  }
  const entries = mutateParts<Entry>(
    chance,
    tree.entries,
    ([key, value]) =>
      chance.next() < 0.25 ? [respell(chance, key), value] : [key, mutateJson(chance, value, donors, depth + 1)],
    ([key]) => [chance.next() < 0.5 ? key : respell(chance, key), chance.pick(donors)],
  );
  return { kind: 'object', entries };
}

function mutateParts<Part>(
  chance: Chance,
  parts: readonly Part[],
  changed: (part: Part) => Part,
  foreign: (part: Part) => Part,
): readonly Part[] {
  if (parts.length === 0) return parts;
  const at = chance.below(parts.length);
  const part = parts[at]!;
  const how = chance.next();
  if (how < 0.07) return parts.toSpliced(at, 1);
  if (how < 0.12) return parts.toSpliced(at, 0, part);
  if (how < 0.16) return parts.toSpliced(at, 0, changed(part));
  if (how < 0.2) return parts.toSpliced(at, 1, parts[chance.below(parts.length)]!);
  if (how < 0.23) return parts.toReversed();
  if (how < 0.25) return parts.slice(0, at);
  if (how < 0.3) return parts.toSpliced(at, 0, foreign(part));
  return parts.with(at, changed(part));
}
