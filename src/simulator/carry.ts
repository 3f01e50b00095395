import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.js';
import type { Carriage } from './fault-answers.js';

/** Sends an answer in the given way. `done` is called only when the last byte of a whole answer was handed to the operating system. */
export function carry(response: ServerResponse, answer: Answer, carriage: Carriage, done: () => void): void {
  const { status, headers, body } = answer;
  const half = body.subarray(0, Math.ceil(body.length / 2));
  const length = { ...headers, 'Content-Length': String(body.length) };
  switch (carriage) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'cut-length':
      response.writeHead(status, length);
      response.write(half, () => response.destroy());
      return;
    case 'cut-chunked':
      response.writeHead(status, headers);
      response.write(half, () => response.destroy());
      return;
    case 'stall':
      // Held until the client has enough of it, or the simulator stops.
      response.writeHead(status, length);
      response.write(half);
      return;
    case 'whole': {
      // `finish` comes too when the client has gone in the middle; and first of all listeners, since Node itself closes the socket in one.
      const { socket } = response;
      response.prependOnceListener('finish', () => {
        if (!socket?.destroyed) done();
      });
      response.writeHead(status, length);
      response.end(body);
      return;
    }
  }
}
