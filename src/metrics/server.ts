import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Time } from '../streams/time.js';
import { createApp } from './app.js';
import type { Changes } from './changes.js';
import { type ControlSocket, listenControl } from './control-socket.js';
import { isLoopback } from './guard.js';
import type { Logger } from './logger.js';
import type { Redactor } from './redactor.js';
import { createScrape } from './scrape.js';
import type { View } from './view.js';

export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly token: string | undefined;
  readonly readOnly: boolean;
  /** The log's directory, where the control socket lies. */
  readonly logPath: string;
  readonly version: string;
  readonly view: View;
  readonly changes: Changes;
  readonly registry: Registry;
  readonly redact: Redactor;
  readonly logger: Logger;
  readonly time: Pick<Time, 'monotonicMs'>;
}

export interface WebServer {
  /** What people type into a browser: `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Ends open requests and both doors, and removes the socket. */
  close(): Promise<void>;
}

/**
 * Opens the control socket and the HTTP port. Close it last: probes must hear `draining` until the end.
 * @throws Error with `code` (EADDRINUSE, EACCES, EADDRNOTAVAIL …) and one line that says what to do; nothing is left open then.
 */
export async function createServer(options: ServerOptions): Promise<WebServer> {
  const { host, port, token, readOnly, logPath, registry, redact, time } = options;
  if (!isLoopback(host) && !readOnly && !token)
    throw new Error(`http.host ${host} can be reached from other machines: set http.token, or http.readOnly: true`);
  const parts = { ...options, scrape: createScrape(registry, redact, time) };

  const behindSocket = await createApp({ kind: 'control' }, parts);
  const socket = await listenControl(logPath, (request, response) => behindSocket.routing(request, response));
  const app = await createApp({ kind: 'tcp', host, token, readOnly }, parts);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await closeAll(socket, behindSocket, app);
    throw explained(error as NodeJS.ErrnoException, host, port);
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => closeAll(socket, behindSocket, app),
  };
}

async function closeAll(socket: ControlSocket, ...apps: readonly FastifyInstance[]): Promise<void> {
  await Promise.all([socket.close(), ...apps.map(app => app.close())]);
}

function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const messages: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is taken: stop what listens there, or set http.port (0 takes a free one)`,
    EACCES: `port ${port} needs more rights than this user has: set http.port to 1024 or more`,
    EADDRNOTAVAIL: `this machine has no address ${host}: set http.host to one of its own`,
    ENOTFOUND: `http.host ${host} is not known to this machine`,
  };
  const message = messages[error.code ?? ''] ?? `cannot listen on ${host}:${port}: ${error.message}`;
  return Object.assign(new Error(message, { cause: error }), { code: error.code });
}
