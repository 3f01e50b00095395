import { changes } from './changes.js';
import { routes } from './routes.js';
import { type Schema, schemas } from './schemas.js';

const json = (description: string, schema: Schema) => ({ description, content: { 'application/json': { schema } } });

// Object.fromEntries would be any.
const members = (entries: readonly (readonly [string, unknown])[]): Record<string, unknown> =>
  Object.fromEntries(entries);

/** The API as OpenAPI 3.1, made from the routes that are served, and with `canChange` from those that change something. */
export function openapi(version: string, canChange: boolean): unknown {
  const paths = routes.map(({ path, summary, open, query, answers }) => {
    const properties = (query?.properties ?? {}) as Record<string, Schema>;
    const responses: readonly [string, unknown][] = Object.entries(answers).map(([status, schema]) => [
      status,
      json(status === '200' ? 'the answer' : 'not ready', schema),
    ]);
    const get = {
      summary,
      ...(open ? { security: [] } : {}),
      parameters: Object.entries(properties).map(([name, { description, ...schema }]) => ({
        name,
        in: 'query',
        required: false,
        description,
        schema,
      })),
      responses: {
        ...members(responses),
        ...(query ? { 400: json('the query has a mistake', schemas.failure) } : {}),
        ...(open ? {} : { 401: json('a bearer token is needed', schemas.failure) }),
      },
    };
    return [path, { get }] as const;
  });
  const changing = (canChange ? changes : []).map(({ path, summary, body, answers }) => {
    const responses: readonly [string, unknown][] = Object.entries(answers).map(([status, schema]) => [
      status,
      json(status === '200' ? 'what was done' : 'not now, and why', schema),
    ]);
    const refusals = {
      400: json('the body has a mistake', schemas.failure),
      401: json('a bearer token is needed', schemas.failure),
    };
    const post = {
      summary,
      security: [{ token: [] }],
      requestBody: { required: true, content: { 'application/json': { schema: body } } },
      responses: { ...members(responses), ...refusals },
    };
    return [path, { post }] as const;
  });
  const text = (description: string, media: string) => ({ description, content: { [media]: {} } });
  return {
    openapi: '3.1.0',
    info: { title: 'FinanceLake ingestion', version },
    security: [{}, { token: [] }],
    paths: {
      ...members(paths),
      ...members(changing),
      '/metrics': {
        get: { summary: 'Metrics for Prometheus', responses: { 200: text('exposition format 0.0.4', 'text/plain') } },
      },
      '/api/v1/openapi.json': {
        get: { summary: 'This document', responses: { 200: text('OpenAPI 3.1', 'application/json') } },
      },
    },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}
