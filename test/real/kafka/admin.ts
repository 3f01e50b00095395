import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaClasses } from './obtain.js';
import { startJava } from './processes.js';
import type { Properties } from './properties.js';

export interface PartitionState {
  readonly topic: string;
  readonly partition: number;
  /** -1: nobody. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

/** Kafka's own admin client in a process that stays, one command at a time. */
export interface Admin {
  clusterId(): Promise<string>;
  brokers(): Promise<readonly number[]>;
  topics(): Promise<readonly string[]>;
  createTopic(
    topic: string,
    partitions: number,
    replication: number,
    config?: Readonly<Record<string, string>>,
  ): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  describe(...topics: readonly string[]): Promise<readonly PartitionState[]>;
  /** `value` undefined takes the setting back. */
  configure(topic: string, name: string, value?: string): Promise<void>;
  /** Reassigns each partition to its replicas in this order and elects the first. @returns how many leaders moved at once */
  moveLeaders(topic: string, replicas: ReadonlyMap<number, readonly number[]>): Promise<number>;
  /** @param on `topic NAME`, `group NAME` or `cluster kafka-cluster` */
  allow(user: string, operation: string, on: AclResource): Promise<void>;
  /** Takes back what `allow` gave. */
  forget(user: string, operation: string, on: AclResource): Promise<void>;
  /** Kafka's own producer sends records with `fl-id` headers and waits for all of them. */
  produce(bootstrap: readonly string[], topic: string, records: readonly ProducedRecord[]): Promise<void>;
  /** Another client of Kafka's own, with these settings, asks for the topic. @returns its number of partitions */
  askAs(config: Properties, topic: string): Promise<number>;
  /** Waits until all partitions are as wanted: brokers learn of changes one after another, and any of them may be asked. */
  partitionsAre(topic: string, what: string, holds: (partition: PartitionState) => boolean): Promise<void>;
  /** Waits until these brokers, and no others, are registered: a killed one is missed only when its session expires. */
  brokersAre(ids: readonly number[]): Promise<void>;
  /** Waits until every replica of every topic is in sync. */
  fullIsr(): Promise<void>;
  close(): Promise<void>;
}

export type ProducedRecord = readonly [partition: number, key: string, id: string];

export type AclResource = readonly [type: 'topic' | 'group' | 'cluster', name: string];

const deadlineMs = 120_000;

export function startAdmin(classes: KafkaClasses, bootstrap: readonly string[]): Admin {
  const child = startJava(classes, { main: 'Admin', args: [bootstrap.join(',')], heapMiB: 64 });
  const waiting: ((answer: string) => void)[] = [];
  let errors = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  createInterface(child.stdout!).on('line', line => waiting.shift()?.(line));
  const ended = new Promise<void>(resolve => {
    child.on('error', error => {
      errors += String(error);
      resolve();
    });
    child.on('close', () => resolve());
  });
  void ended.then(() => {
    for (const answer of waiting.splice(0)) answer(JSON.stringify({ error: `the admin program ended: ${errors}` }));
  });
  child.stdin!.on('error', () => {});

  const ask = async (...command: readonly (string | number)[]): Promise<unknown> => {
    const line = await new Promise<string>(resolve => {
      waiting.push(resolve);
      child.stdin!.write(`${JSON.stringify(command.map(String))}\n`);
    });
    const answer = JSON.parse(line) as { ok: unknown; error?: string };
    if (answer.error !== undefined) throw new Error(`${command.join(' ')}: ${answer.error}`);
    return answer.ok;
  };
  /** While brokers come and go the question itself may fail. */
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const end = performance.now() + deadlineMs;
    let last: unknown;
    while (performance.now() < end) {
      try {
        if (await holds()) return;
      } catch (error) {
        last = error;
      }
      await delay(100);
    }
    throw new Error(`${what}: not within ${deadlineMs} ms`, { cause: last });
  };
  const done = async (asked: Promise<unknown>): Promise<void> => void (await asked);
  const admin: Admin = {
    clusterId: async () => (await ask('cluster-id')) as string,
    brokers: async () => (await ask('brokers')) as number[],
    topics: async () => (await ask('topics')) as string[],
    createTopic: (topic, partitions, replication, config = {}) =>
      done(ask('create', topic, partitions, replication, ...Object.entries(config).map(pair => pair.join('=')))),
    deleteTopic: topic => done(ask('delete', topic)),
    describe: async (...topics) => (await ask('describe', ...topics)) as PartitionState[],
    configure: (topic, name, value = '') => done(ask('config', topic, `${name}=${value}`)),
    moveLeaders: async (topic, replicas) =>
      (await ask('move', topic, ...[...replicas].map(([partition, ids]) => `${partition}:${ids.join('+')}`))) as number,
    allow: (user, operation, on) => done(ask('acl', 'allow', user, operation, ...on)),
    forget: (user, operation, on) => done(ask('acl', 'forget', user, operation, ...on)),
    produce: (bootstrap, topic, records) =>
      done(ask('produce', bootstrap.join(','), topic, ...records.map(record => record.join('\t')))),
    askAs: async (config, topic) =>
      (await ask('try', topic, ...Object.entries(config).map(pair => pair.join('=')))) as number,
    brokersAre: ids => until(`brokers ${ids.join(', ')}`, async () => (await admin.brokers()).join() === ids.join()),
    partitionsAre: (topic, what, holds) =>
      until(`${topic}: ${what}`, async () => (await admin.describe(topic)).every(holds)),
    fullIsr: () =>
      until('every replica in sync', async () => {
        const topics = await admin.topics();
        const partitions = await admin.describe(...topics);
        return partitions.every(({ replicas, isr, leader }) => leader > 0 && isr.length === replicas.length);
      }),
    close: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
  return admin;
}
