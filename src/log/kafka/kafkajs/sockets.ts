import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { wholeAnswers } from './whole-answers.js';

/** The connections of one client, so that it can be ended whatever it waits for: KafkaJS' own `disconnect` waits for answers, without a deadline. */
export interface Sockets {
  readonly factory: ISocketFactory;
  /** Cuts all connections and refuses further ones: nothing is sent from here any more. */
  end(): void;
}

const keepAliveMs = 60_000;

/** @param silentMs a connection that was written to and brings nothing for so long is cut: KafkaJS gives the request up, and sends the next one into the same silence */
export function createSockets(silentMs: number): Sockets {
  const open = new Set<Socket>();
  let isOver = false;
  const gone = (): Error => Object.assign(new Error('this client was ended'), { code: 'ECONNABORTED' });
  return {
    factory({ host, port, ssl, onConnect }) {
      const to = { host, port: Number(port), noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs };
      const name = isIP(host) === 0 ? { servername: host } : {};
      const socket = ssl ? connectTls({ ...to, ...name, ...ssl }, onConnect) : connect(to, onConnect);
      open.add(socket);
      cutWhenSilent(socket, silentMs);
      deliverWhole(socket);
      socket.once('close', () => open.delete(socket));
      if (isOver) socket.destroy(gone());
      return socket;
    },
    end() {
      isOver = true;
      for (const socket of open) socket.destroy(gone());
    },
  };
}

function cutWhenSilent(socket: Socket, silentMs: number): void {
  let silence: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(silence);
    silence = undefined;
  };
  const cut = (): void => {
    socket.destroy(Object.assign(new Error(`no answer within ${silentMs} ms`), { code: 'ETIMEDOUT' }));
  };
  const write = socket.write.bind(socket);
  socket.write = ((...given: Parameters<typeof write>) => {
    silence ??= setTimeout(cut, silentMs);
    return write(...given);
  }) as typeof socket.write;
  socket.on('data', end).once('close', end);
}

/** What asks this socket for its bytes from here on gets whole answers. */
function deliverWhole(socket: Socket): void {
  const on = socket.on.bind(socket) as (event: string, listener: (...given: never[]) => void) => Socket;
  socket.on = (event: string, listener: (...given: never[]) => void) =>
    on(event, event === 'data' ? wholeAnswers(listener as (bytes: Buffer) => void) : listener);
}
