import type { Socket } from 'node:net';

/** What a hostile server does with a connection after the first bytes of a request. */
export type Talk = (socket: Socket) => void;

/** Writes chunk after chunk as fast as the other side reads, until it hangs up. */
const pour = (socket: Socket, next: () => Uint8Array | undefined): void => {
  const more = (): void => {
    for (;;) {
      const chunk = next();
      if (socket.destroyed) return;
      if (chunk === undefined) return void socket.end();
      if (!socket.write(chunk)) return void socket.once('drain', more);
    }
  };
  more();
};

/** The head, then the same bytes for ever. */
export const endless =
  (head: string, piece: string): Talk =>
  socket => {
    socket.write(head);
    const chunk = Buffer.from(piece.repeat(Math.ceil(16_384 / piece.length)));
    pour(socket, () => chunk);
  };

/** The head, then one byte every 20 ms for ever. */
export const dribble =
  (head: string, bytes: string): Talk =>
  socket => {
    socket.write(head);
    let at = 0;
    const timer = setInterval(() => socket.write(bytes[at++ % bytes.length]!), 20);
    socket.on('close', () => clearInterval(timer));
  };

export const bytes =
  (text: string | Uint8Array): Talk =>
  socket =>
    void socket.end(text);

export const nothing: Talk = () => undefined;

/** A whole and proper HTTP answer around a body that is made only when it is asked for. */
export const body =
  (make: () => string | Uint8Array, headers = 'content-type: application/json', status = '200 OK'): Talk =>
  socket => {
    const made = Buffer.from(make() as string);
    socket.write(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: ${made.length}\r\n${headers}\r\n\r\n`);
    let at = 0;
    pour(socket, () => {
      if (at >= made.length) return undefined;
      at += 65_536;
      return made.subarray(at - 65_536, at);
    });
  };

export const redirect = (location: string): Talk =>
  bytes(`HTTP/1.1 302 Found\r\nlocation: ${location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
