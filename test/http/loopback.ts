import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Server as RawServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
import { createHttpEdge, type HttpEdgeOptions } from '../../src/http/create-http-edge.js';
import { type HttpEdge, HttpFailure, type HttpFailureCode } from '../../src/http/edge.js';

export interface Loopback {
  readonly origin: string;
  readonly port: number;
  /**
   * Connections accepted in all, and those open that carried bytes of a request: for one whose call was given up undici opens another, which waits for the
   * next call.
   */
  readonly seen: { connections: number; readonly open: Set<Socket> };
}

async function listen(t: ExecutionContext, server: Server | RawServer): Promise<Loopback> {
  const seen = { connections: 0, open: new Set<Socket>() };
  const accepted = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    seen.connections++;
    accepted.add(socket);
    socket.once('data', () => seen.open.add(socket));
    socket.on('error', () => {});
    socket.on('close', () => {
      accepted.delete(socket);
      seen.open.delete(socket);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
    for (const socket of accepted) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port, seen };
}

/** An HTTP server on a free loopback port that ends with the test. */
export const httpServer = (t: ExecutionContext, answer: RequestListener): Promise<Loopback> =>
  listen(t, createServer(answer));

/** The same for bytes: `talk` gets each connection at its first bytes. */
export const rawServer = (t: ExecutionContext, talk: (socket: Socket, first: Buffer) => void): Promise<Loopback> =>
  listen(
    t,
    createRawServer(socket => socket.once('data', first => talk(socket, first))),
  );

/** An edge that may call the given origins. */
export const edgeTo = (origins: readonly string[], options: Partial<HttpEdgeOptions> = {}): HttpEdge =>
  createHttpEdge({
    deadlineMs: 5000,
    maxBytes: 1_000_000,
    allow: origins.map(baseUrl => ({ baseUrl })),
    userAgent: 'financelake/test',
    ...options,
  });

/** Expects a failure with this code and gives its text. */
export async function fails(t: ExecutionContext, call: Promise<unknown>, code: HttpFailureCode): Promise<string> {
  const error = await t.throwsAsync(call);
  t.true(error instanceof HttpFailure, String(error));
  t.is((error as HttpFailure).code, code, error.message);
  return error.message;
}

export async function until(t: ExecutionContext, what: string, holds: () => boolean, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) return t.fail(`not within ${withinMs} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
