/** JSON as it can be written, not as it can be held: keys may come twice, and a scalar is any text. */
export type Tree =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: string, value: Tree])[] }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'text'; readonly text: string }
  /** Written as it is: numbers, `null`, and what is no JSON at all. */
  | { readonly kind: 'raw'; readonly text: string };

export function treeOf(value: unknown): Tree {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (Array.isArray(value)) return { kind: 'list', items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return { kind: 'raw', text: JSON.stringify(value) ?? 'null' };
  return { kind: 'object', entries: Object.entries(value).map(([key, one]) => [key, treeOf(one)]) };
}

export function written(tree: Tree): string {
  switch (tree.kind) {
    case 'raw':
      return tree.text;
    case 'text':
      return JSON.stringify(tree.text);
    case 'list':
      return `[${tree.items.map(written).join(',')}]`;
    case 'object':
      return `{${tree.entries.map(([key, value]) => `${JSON.stringify(key)}:${written(value)}`).join(',')}}`;
  }
}
