import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { safety } from './guard.js';

const statuses: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Answers bytes that are no request, past the framework: in the shape of every refusal and with its headers. */
export function answerUnreadable({ code }: { readonly code?: string | undefined }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statuses[code ?? ''] ?? 400;
  const message = status === 431 ? 'the headers are too long' : 'this is no complete HTTP request';
  const body = JSON.stringify({ error: 'bad-request', message });
  const headers = {
    ...safety,
    'cache-control': 'no-store',
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
