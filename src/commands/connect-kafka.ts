import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Config } from '../config/options.js';
import type { ClientTls, Cluster, ClusterOptions, ConnectCluster, Login } from '../log/kafka/cluster.js';
import { KafkaFailure } from '../log/kafka/kafka-failure.js';
import { ExitFailure } from './exit-code.js';

type KafkaConfig = NonNullable<Config['log']['kafka']>;

/** Loaded when wanted: an embedded log has no use for a Kafka client, and each takes its time to load. */
const clients: Readonly<Record<KafkaConfig['client'], () => Promise<ConnectCluster>>> = {
  kafkajs: async () => (await import('../log/kafka/kafkajs/connect-kafkajs.js')).connectKafkajs,
  platformatic: connectorOfPlatformatic,
};

/** The package is there only where npm ran on a Node that can run it. */
async function connectorOfPlatformatic(): Promise<ConnectCluster> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 22))
    throw new ExitFailure(
      2,
      `log.kafka.client: platformatic needs Node 22.22 or later, and this is ${process.version}. Use that, or log.kafka.client kafkajs`,
    );
  try {
    return (await import('../log/kafka/platformatic/connect-platformatic.js')).connectPlatformatic;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ExitFailure(
      2,
      'log.kafka.client: @platformatic/kafka is not installed: npm leaves it out on a Node older than 22.22. Run `npm ci` again on this one',
    );
  }
}

/**
 * Kafka as the configuration names it.
 * @param clientId what the brokers call this instance in their logs and quotas
 * @throws ExitFailure for a file that cannot be used; KafkaFailure within 10 s, with the mend, for what Kafka has against it
 */
export async function connectKafka(kafka: KafkaConfig, clientId: string): Promise<Cluster> {
  const connect = await clients[kafka.client]();
  return connect(await clusterOptions(kafka, clientId));
}

/** @throws ExitFailure for a file that cannot be used */
export async function clusterOptions(kafka: KafkaConfig, clientId: string): Promise<ClusterOptions> {
  const { brokers, compression, requestTimeout: requestTimeoutMs, connectTimeout: connectTimeoutMs } = kafka;
  return {
    brokers,
    clientId,
    compression,
    requestTimeoutMs,
    connectTimeoutMs,
    ...(kafka.tls ? { tls: await pemOf(kafka.tls) } : {}),
    ...(kafka.sasl ? { sasl: loginOf(kafka.sasl) } : {}),
  };
}

async function pemOf(tls: NonNullable<KafkaConfig['tls']>): Promise<ClientTls> {
  const pem: { ca?: string; cert?: string; key?: string } = {};
  for (const option of ['ca', 'cert', 'key'] as const) {
    const file = tls[option];
    if (file === undefined) continue;
    pem[option] = await readFile(file, 'utf8').catch((error: Error) => {
      throw new ExitFailure(2, `log.kafka.tls.${option}: ${error.message}`);
    });
  }
  try {
    // The client would find out at its first connection, and call it an address that does not answer.
    createSecureContext(pem);
  } catch (error) {
    const files = Object.values(tls).join(', ');
    throw new ExitFailure(
      2,
      `log.kafka.tls: ${(error as Error).message}. Check that ${files} are PEM and fit together`,
    );
  }
  return pem;
}

function loginOf(sasl: NonNullable<KafkaConfig['sasl']>): Login {
  if (sasl.mechanism !== 'oauthbearer')
    return { mechanism: sasl.mechanism, username: sasl.username, password: sasl.password.reveal() };
  const { mechanism, tokenFile } = sasl;
  const token = async (): Promise<string> => {
    const text = await readFile(tokenFile, 'utf8').catch((error: Error) => {
      throw new KafkaFailure('authentication', `log.kafka.sasl.tokenFile: ${error.message}`);
    });
    return text.trim();
  };
  return { mechanism, token };
}
