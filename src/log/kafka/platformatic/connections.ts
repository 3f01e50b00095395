import { isIP } from 'node:net';
import { Connection, type Sasl } from '@platformatic/kafka';
import type { ClusterOptions, Login } from '../cluster.js';
import { AtBroker, isAnswer } from './failure.js';
import type { Request } from './requests.js';

export interface Broker {
  readonly host: string;
  readonly port: number;
}

export const addressOf = ({ host, port }: Broker): string => `${host}:${port}`;

/** One connection to each broker that is asked, so that all of them can be ended at once: nothing is sent from here any more. */
export interface Connections {
  /** @throws AtBroker around the error of the client */
  ask<Asked extends readonly unknown[], Answer>(
    broker: Broker,
    request: Request<Asked, Answer>,
    ...asked: Asked
  ): Promise<Answer>;
  end(): void;
}

/** More than partitions are written at once: a request that waited in the client would not be timed. */
const maxInflights = 100_000;

export function createConnections({ clientId, tls, sasl, ...options }: ClusterOptions): Connections {
  const open = new Map<string, { readonly connection: Connection; readonly ready: Promise<void> }>();
  /** Why a connection broke: its requests are only told that it did. */
  const faults = new WeakMap<Connection, Error>();
  let isOver = false;

  function connect(broker: Broker): { readonly connection: Connection; readonly ready: Promise<void> } {
    const { host, port } = broker;
    const connection = new Connection(clientId, {
      connectTimeout: options.connectTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      maxInflights,
      ...(tls ? { tls } : {}),
      ...(tls && isIP(host) === 0 ? { tlsServerName: host } : {}),
      ...(sasl ? { sasl: saslOf(sasl) } : {}),
    });
    // An error nobody listens to would end the process.
    connection.on('error', error => faults.set(connection, error));
    connection.on('close', () => forget(broker, connection));
    const made = { connection, ready: connection.connect(host, port) };
    open.set(addressOf(broker), made);
    return made;
  }

  function forget(broker: Broker, connection: Connection): void {
    const address = addressOf(broker);
    if (open.get(address)?.connection === connection) open.delete(address);
  }

  return {
    async ask(broker, request, ...asked) {
      if (isOver) throw new AtBroker(addressOf(broker), new Error('this client was ended'));
      const { connection, ready } = open.get(addressOf(broker)) ?? connect(broker);
      const failed = (error: unknown): AtBroker => {
        forget(broker, connection);
        cut(connection);
        const isCutOff = (error as Error).message.startsWith('Connection closed');
        return new AtBroker(addressOf(broker), (isCutOff && faults.get(connection)) || error);
      };
      try {
        await ready;
      } catch (error) {
        throw failed(error);
      }
      try {
        return await request.async(connection, ...asked);
      } catch (error) {
        throw isAnswer(error) ? new AtBroker(addressOf(broker), error) : failed(error);
      }
    },
    end() {
      isOver = true;
      for (const { connection } of open.values()) cut(connection);
      open.clear();
    },
  };
}

/** Whatever it is doing: its own `close` waits until the other side has taken what was written. */
function cut(connection: Connection): void {
  connection.close().catch(() => undefined);
  connection.socket?.destroy();
}

const mechanisms = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const;

function saslOf(login: Login): Sasl {
  if (login.mechanism !== 'oauthbearer') {
    const { mechanism, username, password } = login;
    return { mechanism: mechanisms[mechanism], username, password };
  }
  // A refused token comes as a successful answer with the reason in it (RFC 7628).
  const authBytesValidator: Sasl['authBytesValidator'] = (answer, done) =>
    answer.length === 0 ? done(null, answer) : done(new Error(answer.toString().slice(0, 200)));
  return { mechanism: 'OAUTHBEARER', token: login.token, authBytesValidator };
}
