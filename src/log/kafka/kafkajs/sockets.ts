import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

/** The connections of one client, so that it can be ended whatever it waits for: KafkaJS' own `disconnect` waits for answers, without a deadline. */
export interface Sockets {
  readonly factory: ISocketFactory;
  /** Cuts all connections and refuses further ones: nothing is sent from here any more. */
  end(): void;
}

const keepAliveMs = 60_000;

export function createSockets(): Sockets {
  const open = new Set<Socket>();
  let isOver = false;
  const gone = (): Error => Object.assign(new Error('this client was ended'), { code: 'ECONNABORTED' });
  return {
    factory({ host, port, ssl, onConnect }) {
      const to = { host, port: Number(port), noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs };
      const name = isIP(host) === 0 ? { servername: host } : {};
      const socket = ssl ? connectTls({ ...to, ...name, ...ssl }, onConnect) : connect(to, onConnect);
      open.add(socket);
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
