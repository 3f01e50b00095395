import type { SecureContextOptions } from 'node:tls';
import kafkajs, { type Kafka, type Mechanism, type SASLOptions } from 'kafkajs';
import type { ClusterOptions, Login } from '../cluster.js';
import { bearerLogin } from './bearer-login.js';
import { createSockets, type Sockets } from './sockets.js';

export interface Client {
  readonly kafka: Kafka;
  readonly sockets: Sockets;
}

/** KafkaJS with our addresses, login and bounds, and without its log: each failure comes back to the caller, who says it once. */
export function createClient(options: ClusterOptions): Client {
  const { brokers, clientId, tls, sasl, requestTimeoutMs, connectTimeoutMs } = options;
  const sockets = createSockets(requestTimeoutMs);
  const kafka = new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    ...(tls ? { ssl: secureContext(tls) } : {}),
    ...(sasl ? { sasl: saslOf(sasl) } : {}),
    connectionTimeout: connectTimeoutMs,
    authenticationTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    // Above it the publisher tries again, endlessly; here once more for what fresh metadata mends, and each of the addresses given while connecting.
    retry: { retries: Math.max(1, Math.min(brokers.length, 5)), initialRetryTime: 100, maxRetryTime: 1000 },
    socketFactory: sockets.factory,
    logCreator: () => () => undefined,
  });
  return { kafka, sockets };
}

const secureContext = ({ ca, cert, key }: NonNullable<ClusterOptions['tls']>): SecureContextOptions => ({
  ...(ca === undefined ? {} : { ca: [ca] }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
});

function saslOf(login: Login): SASLOptions | Mechanism {
  if (login.mechanism === 'oauthbearer') return bearerLogin(login.token);
  const { mechanism, username, password } = login;
  const sasl: SASLOptions = { mechanism, username, password };
  return sasl;
}
