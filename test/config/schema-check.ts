import type { JsonSchema } from '../../src/config/kind.js';

/** The keywords that the schema uses, checked by their rules in JSON Schema 2020-12; another keyword throws, so that none goes unchecked. */
export function schemaErrors(schema: JsonSchema, value: unknown, path = ''): string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    const fails = (ok: boolean): string[] => (ok ? [] : [`${path || '/'} ${keyword} ${JSON.stringify(rule)}`]);
    switch (keyword) {
      case '$schema':
      case 'title':
      case 'description':
      case 'default':
        return [];
      case 'type':
        return fails([rule].flat().some(type => hasType(value, type as string)));
      case 'const':
        return fails(value === rule);
      case 'enum':
        return fails((rule as unknown[]).includes(value));
      case 'pattern':
        return fails(typeof value !== 'string' || new RegExp(rule as string, 'u').test(value));
      case 'minimum':
        return fails(typeof value !== 'number' || value >= (rule as number));
      case 'maximum':
        return fails(typeof value !== 'number' || value <= (rule as number));
      case 'minItems':
        return fails(!Array.isArray(value) || value.length >= (rule as number));
      case 'maxItems':
        return fails(!Array.isArray(value) || value.length <= (rule as number));
      case 'uniqueItems':
        return fails(!Array.isArray(value) || new Set(value).size === value.length);
      case 'items':
        return Array.isArray(value)
          ? value.flatMap((item, index) => schemaErrors(rule as JsonSchema, item, `${path}/${index}`))
          : [];
      case 'required':
        return isObject(value) ? fails((rule as string[]).every(key => key in value)) : [];
      case 'properties':
        return Object.entries(rule as Record<string, JsonSchema>).flatMap(([key, inner]) =>
          isObject(value) && key in value ? schemaErrors(inner, value[key], `${path}/${key}`) : [],
        );
      case 'propertyNames':
        return isObject(value)
          ? Object.keys(value).flatMap(key => schemaErrors(rule as JsonSchema, key, `${path}/${key}`))
          : [];
      case 'additionalProperties': {
        const known = Object.keys((schema.properties as object | undefined) ?? {});
        const others = isObject(value) ? Object.entries(value).filter(([key]) => !known.includes(key)) : [];
        if (rule === false) return others.map(([key]) => `${path}/${key} is unknown`);
        return others.flatMap(([key, item]) => schemaErrors(rule as JsonSchema, item, `${path}/${key}`));
      }
      case 'anyOf':
        return fails((rule as JsonSchema[]).some(one => schemaErrors(one, value).length === 0));
      case 'oneOf':
        return fails((rule as JsonSchema[]).filter(one => schemaErrors(one, value).length === 0).length === 1);
      default:
        throw new Error(`the keyword ${keyword} is not known here`);
    }
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasType = (value: unknown, type: string): boolean => {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      throw new Error(`the type ${type} is not known here`);
  }
};
