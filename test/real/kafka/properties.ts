/** A property of a broker by its name in Kafka's documentation. */
export type Properties = Readonly<Record<string, string | number>>;

export const asFile = (properties: Properties): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

/** A listener: its name, how it speaks, where it listens and what it tells clients. */
export interface Listener {
  readonly name: string;
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_SSL';
  readonly port: number;
  readonly advertisedPort: number;
}

/** Where brokers and our admin program talk; anybody there may do anything. */
export const directListener = 'DIRECT';

/** One broker that is a controller, too. Failures are noticed in seconds: test speed, not Kafka's defaults. */
export function brokerProperties(
  id: number,
  directory: string,
  controllers: readonly number[],
  listeners: readonly Listener[],
): Properties {
  const copies = Math.min(controllers.length, 3);
  const minInsync = Math.max(1, copies - 1);
  return {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': controllers.map((port, at) => `${at + 1}@127.0.0.1:${port}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': directListener,
    listeners: [
      ...listeners.map(({ name, port }) => `${name}://127.0.0.1:${port}`),
      `CONTROLLER://127.0.0.1:${controllers[id - 1]}`,
    ].join(','),
    'advertised.listeners': listeners
      .map(({ name, advertisedPort }) => `${name}://127.0.0.1:${advertisedPort}`)
      .join(','),
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT',
      ...listeners.map(({ name, protocol }) => `${name}:${protocol}`),
    ].join(','),
    'log.dirs': directory,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': copies,
    'min.insync.replicas': minInsync,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': minInsync,
    'transaction.state.log.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': minInsync,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'broker.session.timeout.ms': 5000,
    'broker.heartbeat.interval.ms': 500,
    'replica.lag.time.max.ms': 4000,
    'controller.quorum.election.timeout.ms': 2000,
    'controller.quorum.fetch.timeout.ms': 4000,
    'num.network.threads': 2,
    'num.io.threads': 2,
    'background.threads': 2,
    // The default of 128 MiB does not fit into a small heap.
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    'log.cleaner.io.buffer.size': 131_072,
    'log.segment.bytes': 134_217_728,
  };
}
