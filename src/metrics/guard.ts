import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Where requests come in, and so what is asked of them. */
export type Door =
  /** The socket in the log's directory: only its user can open it. */
  | { readonly kind: 'control' }
  | {
      readonly kind: 'tcp';
      /** As bound: a loopback address is for this machine, any other for the network. */
      readonly host: string;
      readonly token: string | undefined;
      /** Everybody may read, also over the network. */
      readonly readOnly: boolean;
    };

/** What is asked of whoever asks: nothing, what the door asks, the token. */
export type Access = 'open' | 'read' | 'change';

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

// Nothing on the page comes from elsewhere, and nothing elsewhere may frame or read it.
export const safety = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * Says who may read. On loopback everybody on this machine, if the request was meant for it: a page of another site that has its own name
 * resolve to 127.0.0.1 still sends that name as Host. Over the network whoever has the token; `open` routes excepted. A `change` needs
 * it anywhere but through the control socket: pages of other sites can send, though not read.
 */
export function guard(door: Door, accessOf: (request: FastifyRequest) => Access) {
  const names = door.kind === 'tcp' && isLoopback(door.host) ? [...loopbackNames, door.host] : undefined;
  const asksToken = door.kind === 'tcp' && !isLoopback(door.host) && !door.readOnly;
  const token = door.kind === 'tcp' ? door.token : undefined;

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    reply.headers(safety);
    // Whoever stands in between may go by the one and we by the other (RFC 9112, 3.2).
    if (hostsIn(request.raw.rawHeaders) > 1) return refuse(reply, 400, 'bad-request', 'there is more than one Host');
    if (names && !names.includes(hostOf(request.headers.host)))
      return refuse(reply, 421, 'misdirected', 'this address answers only to localhost');
    const access = accessOf(request);
    const asks = access === 'change' ? door.kind === 'tcp' : asksToken && access !== 'open';
    if (asks && !(token && sameText(bearerOf(request.headers.authorization), token))) {
      reply.header('www-authenticate', 'Bearer');
      return refuse(reply, 401, 'unauthorized', 'a bearer token is needed (http.token in the configuration)');
    }
    return undefined;
  };
}

export const refuse = (reply: FastifyReply, status: number, error: string, message: string): FastifyReply =>
  reply.code(status).header('cache-control', 'no-store').send({ error, message });

const hostOf = (header: string | undefined): string => (header ?? '').toLowerCase().replace(/:\d+$/, '');

const hostsIn = (rawHeaders: readonly string[]): number =>
  rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;

const bearerOf = (header: string | undefined): string => /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';

/** Takes the same time wherever the texts differ, and whatever their lengths. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
