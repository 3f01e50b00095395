import { parse } from 'yaml';
import type { Field, Fields, JsonSchema } from './kind.js';

/** JSON Schema (draft 2020-12) of an object of options. */
export function objectSchema(fields: Fields): JsonSchema {
  const needed = Object.entries(fields).filter(([, field]) => field.presence === 'required');
  return {
    type: needed.length > 0 ? 'object' : ['object', 'null'],
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fieldSchema(field)])),
    ...(needed.length > 0 && { required: needed.map(([key]) => key) }),
  };
}

/** A value may always be a substitution, whatever it is after that. */
export const orSubstitution = (schema: JsonSchema): JsonSchema => ({
  anyOf: [schema, { type: 'string', pattern: '\\$\\{' }],
});

const fieldSchema = ({ kind, doc, preset, from, notYet }: Field<unknown>): JsonSchema => ({
  description: notYet === undefined ? doc : `Not in this version. ${doc}`,
  ...(preset !== undefined && !from && preset !== '{}' && { default: parse(preset) as unknown }),
  ...kind.schema,
});
