import type { Field, Fields, Kind } from './kind.js';

/** One option where it stands in the declaration. */
export interface Step {
  /** `sources.NAME.limits[].per` */
  readonly path: string;
  readonly field: Field<unknown>;
  /** The case of a tagged union in which it exists: `from: file`. */
  readonly only?: string;
}

/** Every option, in the order of the declaration; what contains others comes before them. */
export function* walk({ inside }: Kind<unknown>, path = '', only?: string): Generator<Step> {
  switch (inside.kind) {
    case 'object':
      yield* walkFields(inside.fields, path, only);
      return;
    case 'map':
      yield* walk(inside.of, path === '' ? 'NAME' : `${path}.NAME`, only);
      return;
    case 'list':
      yield* walk(inside.of, `${path}[]`, only);
      return;
    case 'tagged': {
      const { tag, doc, cases, common } = inside;
      const words = Object.keys(cases)
        .map(name => `\`${name}\``)
        .join(' | ');
      const kind: Kind<unknown> = { title: words, schema: {}, inside: { kind: 'scalar' }, read: () => undefined };
      yield { path: `${path}.${tag}`, field: { kind, doc, presence: 'required' } };
      for (const [name, fields] of Object.entries(cases)) yield* walkFields(fields, path, `${tag}: ${name}`);
      yield* walkFields(common, path, only);
      return;
    }
    case 'scalar':
    case 'one-or-many':
    case 'free':
  }
}

function* walkFields(fields: Fields, path: string, only: string | undefined): Generator<Step> {
  for (const [key, field] of Object.entries(fields)) {
    const inner = path === '' ? key : `${path}.${key}`;
    yield { path: inner, field, ...(only !== undefined && { only }) };
    yield* walk(field.kind, inner, only);
  }
}
