import { readdirSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { pageFolder } from '../web/page.js';
import { type Changes, changes } from './changes.js';
import { type Access, type Door, guard, refuse, safety } from './guard.js';
import type { Logger } from './logger.js';
import { openapi } from './openapi.js';
import type { Redactor } from './redactor.js';
import { routes } from './routes.js';
import { answerUnreadable } from './unreadable.js';
import type { View } from './view.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `read` where it is absent. */
    access?: Access;
  }
}

export interface AppParts {
  readonly view: View;
  readonly changes: Changes;
  readonly registry: Registry;
  /** The text of `/metrics`. */
  readonly scrape: () => Promise<string>;
  readonly redact: Redactor;
  readonly logger: Logger;
  readonly version: string;
}

/** What is served, the same through either door. Requests are never logged: a query may hold anything. */
export async function createApp(door: Door, parts: AppParts): Promise<FastifyInstance> {
  const { view, registry, scrape, redact, logger } = parts;
  const app = fastify({
    logger: false,
    bodyLimit: 65_536,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    forceCloseConnections: true,
    // A path that is no path comes past the hooks.
    frameworkErrors: (error, _, reply) => {
      refuse(reply.headers(safety), error.statusCode ?? 400, 'bad-request', 'this is not a path');
    },
    clientErrorHandler: answerUnreadable,
    // An unknown parameter is a mistake to name, not to drop.
    ajv: { customOptions: { removeAdditional: false } },
  });
  const send = (reply: FastifyReply, body: unknown): FastifyReply =>
    reply
      .type('application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(redact.json(JSON.stringify(body)));

  app.addHook(
    'onRequest',
    guard(door, request => request.routeOptions.config.access ?? 'read'),
  );
  app.setNotFoundHandler((_, reply) => refuse(reply, 404, 'not-found', 'there is nothing here'));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return refuse(reply, status, 'bad-request', redact.text(error.message));
    logger.error({ err: error, route: request.routeOptions.url }, 'A request could not be answered');
    return refuse(reply, 500, 'internal', 'the answer failed; the log says why');
  });

  for (const { path, open, query, answer } of routes) {
    const schema = query ? { querystring: query } : {};
    app.get(path, { schema, config: { access: open ? 'open' : 'read' } }, async (request, reply) => {
      const { status, body, headers } = answer(view, request.query);
      return send(reply.code(status).headers(headers ?? {}), body);
    });
  }
  // Otherwise they do not exist.
  const canChange = door.kind === 'control' || (Boolean(door.token) && !door.readOnly);
  if (canChange)
    for (const { path, body, answer } of changes)
      app.post(path, { schema: { body }, config: { access: 'change' } }, async (request, reply) => {
        const { status, body: answered } = await answer(parts.changes, request.body);
        return send(reply.code(status), answered);
      });
  const description = openapi(parts.version, canChange);
  app.get('/api/v1/openapi.json', async (_, reply) => send(reply, description));
  app.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await scrape()));

  // The page itself holds nothing of the instance, so it may be loaded without the token that its questions then need.
  await app.register(fastifyStatic, { root: pageFolder, serve: false, cacheControl: false });
  for (const name of readdirSync(pageFolder))
    app.get(name === 'index.html' ? '/' : `/${name}`, { config: { access: 'open' } }, async (_, reply) =>
      reply.header('cache-control', 'no-cache').sendFile(name),
    );
  await app.ready();
  return app;
}
