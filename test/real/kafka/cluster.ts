import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, startAdmin } from './admin.js';
import { Broker } from './broker.js';
import { type KafkaClasses, obtainKafka } from './obtain.js';
import { freePorts } from './ports.js';
import { runJava } from './processes.js';
import { asFile, brokerProperties, directListener, type Listener, type Properties } from './properties.js';
import { FaultProxy } from './proxy.js';
import { makeSecurity, type Security } from './security.js';

export interface ClusterPlan {
  readonly brokers: 1 | 3;
  /** A fault proxy before each broker, on a listener of its own. */
  readonly proxied?: boolean;
  /** Listeners with TLS, client certificates and SASL, users, and an authorizer that refuses what no ACL allows. */
  readonly secured?: boolean;
  /** Added to each broker's properties, and before ours. */
  readonly properties?: Properties;
  readonly heapMiB?: number;
}

/** A running cluster. `close` ends its processes and removes its data. */
export interface KafkaCluster {
  readonly classes: KafkaClasses;
  readonly brokers: readonly Broker[];
  readonly proxies: readonly FaultProxy[];
  /** `host:port` of each broker on the listener of that name; see `listeners`. */
  addresses(listener: ListenerName): string[];
  readonly admin: Admin;
  /** Certificates and users, where the plan is `secured`. */
  readonly security: Security;
  close(): Promise<void>;
}

/** `DIRECT` and `PROXIED` are plain text. `TLS` asks for no client certificate, `MUTUAL` does, `SASL` is TLS with PLAIN, SCRAM and OAUTHBEARER. */
export type ListenerName = 'DIRECT' | 'PROXIED' | 'TLS' | 'MUTUAL' | 'SASL';

const protocols = { DIRECT: 'PLAINTEXT', PROXIED: 'PLAINTEXT', TLS: 'SSL', MUTUAL: 'SSL', SASL: 'SASL_SSL' } as const;

export async function startCluster(plan: ClusterPlan): Promise<KafkaCluster> {
  const classes = await obtainKafka();
  const directory = await mkdtemp(join(tmpdir(), 'financelake-kafka-'));
  const names: ListenerName[] = ['DIRECT'];
  if (plan.proxied) names.push('PROXIED');
  if (plan.secured) names.push('TLS', 'MUTUAL', 'SASL');
  const ids = Array.from({ length: plan.brokers }, (_, at) => at + 1);
  const ports = await freePorts(plan.brokers * (names.length + 1));
  const controllers = ports.splice(0, plan.brokers);
  const security = plan.secured ? await makeSecurity(directory) : undefined;

  const proxies: FaultProxy[] = [];
  const listeners: Listener[][] = [];
  for (const _ of ids) {
    const own: Listener[] = [];
    for (const name of names) {
      const port = ports.pop()!;
      const proxy = name === 'PROXIED' ? await FaultProxy.before(port) : undefined;
      if (proxy) proxies.push(proxy);
      own.push({ name, protocol: protocols[name], port, advertisedPort: proxy?.port ?? port });
    }
    listeners.push(own);
  }
  const addresses = (listener: ListenerName): string[] =>
    listeners.map(own => `127.0.0.1:${own.find(({ name }) => name === listener)!.advertisedPort}`);

  const brokers: Broker[] = [];
  for (const id of ids) {
    const home = join(directory, `broker-${id}`);
    await mkdir(home);
    const properties = {
      ...brokerProperties(id, join(home, 'data'), controllers, listeners[id - 1]!),
      ...security?.properties,
      ...plan.properties,
    };
    await writeFile(join(home, 'server.properties'), asFile(properties));
    brokers.push(new Broker(id, classes, home, plan.heapMiB ?? 256));
  }
  const admin = startAdmin(classes, addresses(directListener));

  const close = async (): Promise<void> => {
    // Nobody reads their data again: no need for a clean end.
    await Promise.all([admin.close(), ...brokers.map(broker => broker.kill()), ...proxies.map(proxy => proxy.close())]);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await format(classes, directory, plan.brokers, security?.formatArguments ?? []);
    await Promise.all(brokers.map(broker => broker.start()));
    await admin.brokersAre(ids);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    classes,
    brokers,
    proxies,
    addresses,
    admin,
    get security(): Security {
      if (!security) throw new Error('this cluster is not secured');
      return security;
    },
    close,
  };
}

/** Like Kafka's own: none begins with a dash, which its tools take for an option. */
const randomId = (): string => randomBytes(16).toString('base64url').replace(/^-/, 'A');

/** Kafka's own tool formats the first directory; the others differ by their ids only, and one start of a JVM is dear. */
async function format(
  classes: KafkaClasses,
  directory: string,
  count: number,
  extra: readonly string[],
): Promise<void> {
  const clusterId = randomId();
  await runJava(classes, {
    main: 'kafka.tools.StorageTool',
    args: ['format', '-t', clusterId, '-c', join(directory, 'broker-1', 'server.properties'), ...extra],
    heapMiB: 128,
  });
  const first = join(directory, 'broker-1', 'data');
  for (let id = 2; id <= count; id++) {
    const data = join(directory, `broker-${id}`, 'data');
    await cp(first, data, { recursive: true });
    await writeFile(
      join(data, 'meta.properties'),
      asFile({
        version: 1,
        'cluster.id': clusterId,
        'node.id': id,
        'directory.id': randomId(),
      }),
    );
  }
}
