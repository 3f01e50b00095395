import { hasLog, openEmbeddedReader } from '../../log/embedded/embedded-reader.js';
import { readCluster } from '../../log/forward/position.js';
import type { WantedTopic } from '../../log/forward/topic-desk.js';
import type { BrokerFacts, Cluster, TopicFacts } from '../../log/kafka/cluster.js';
import { KafkaFailure } from '../../log/kafka/kafka-failure.js';
import { type Connect, clientId, type KafkaConfig } from '../log-place.js';
import { type Finding, failed, failedAs, note, ok } from './finding.js';

export interface KafkaParts {
  readonly connect: Connect;
  /** Rejects when nobody answers at `host:port`. */
  readonly reach: (address: string) => Promise<void>;
  /** With several instances: rejects where this user may not take part in their group. */
  readonly tryGroup?: () => Promise<void>;
}

/** What the log on disk remembers of Kafka. */
interface Remembered {
  readonly cluster: string | undefined;
  partitions(topic: string): number;
}

/** Kafka as the configuration names it, and the topics. Changes nothing there. Of rights it tries to ask, to read, and to write at all; not to write to each topic. */
export async function checkKafka(
  kafka: KafkaConfig,
  topics: readonly WantedTopic[],
  path: string,
  { connect, reach, tryGroup }: KafkaParts,
): Promise<readonly Finding[]> {
  let cluster: Cluster;
  try {
    cluster = await connect(kafka, clientId());
  } catch (error) {
    return [failedAs('kafka', error)];
  }
  try {
    const brokers = await cluster.brokers();
    const remembered = remember(path);
    const findings = [
      ok('kafka', `cluster ${cluster.id}, ${brokers.length} broker${brokers.length === 1 ? '' : 's'}`),
      ...(await Promise.all(brokers.map(broker => checkBroker(broker, reach)))),
      ...checkIdentity(cluster.id, remembered.cluster),
      await checkWriter(cluster),
      ...(tryGroup ? [await checkGroup(kafka.group.id, tryGroup)] : []),
    ];
    for (const topic of topics)
      findings.push(...(await checkTopic(cluster, topic, brokers.length, remembered.partitions(topic.name))));
    return findings;
  } catch (error) {
    return [failedAs('kafka', error)];
  } finally {
    await cluster.close(2_000);
  }
}

function remember(path: string): Remembered {
  const nothing: Remembered = { cluster: undefined, partitions: () => 0 };
  if (!hasLog(path)) return nothing;
  const log = openEmbeddedReader(path);
  const counts = new Map(log.topics().map(topic => [topic, log.ends(topic).length]));
  const known = readCluster(log);
  void log.close();
  return { cluster: known?.id, partitions: topic => counts.get(topic) ?? 0 };
}

/** Kafka tells its clients where each broker is: a listener that is advertised wrongly answers at first and is then never reached. */
async function checkBroker({ id, address }: BrokerFacts, reach: KafkaParts['reach']): Promise<Finding> {
  const check = `broker ${id}`;
  try {
    await reach(address);
    return ok(check, `${address} answers`);
  } catch (error) {
    const mend = `Start it, open the way to it, or correct its advertised.listeners: ${address} is where the cluster says it is`;
    return failed(check, `${address}: ${(error as Error).message}`, mend);
  }
}

function checkIdentity(id: string, known: string | undefined): Finding[] {
  if (known === undefined || known === id) return [];
  return [
    failed(
      'log.path',
      `it was shipped to cluster ${known}, and log.kafka leads to ${id}`,
      'Correct log.kafka.brokers, or set log.path to another directory for another cluster',
    ),
  ];
}

/** A producer id is given to who may write somewhere. */
async function checkWriter(cluster: Cluster): Promise<Finding> {
  try {
    await cluster.renewProducer();
    return ok('right to write', 'a producer id was given');
  } catch (error) {
    return failedAs('right to write', error);
  }
}

async function checkGroup(id: string, tryGroup: () => Promise<void>): Promise<Finding> {
  const check = `group ${id}`;
  try {
    await tryGroup();
    return ok(check, 'this instance may join it');
  } catch (error) {
    return failedAs(check, error);
  }
}

async function checkTopic(
  cluster: Cluster,
  wanted: WantedTopic,
  brokers: number,
  known: number,
): Promise<readonly Finding[]> {
  const check = `topic ${wanted.name}`;
  try {
    const found = await cluster.describeTopic(wanted.name);
    if (!found) return [checkAbsent(check, wanted, brokers)];
    for (const { partition, end } of await cluster.ends(wanted.name))
      await cluster.read(wanted.name, partition, end, 1);
    const wrong = differences(check, wanted, found, brokers, known);
    return wrong.length > 0 ? wrong : [ok(check, shapeOf(found))];
  } catch (error) {
    if (!(error instanceof KafkaFailure)) throw error;
    return [failedAs(check, error)];
  }
}

const shapeOf = ({ partitions, replication, minInsync, cleanup }: TopicFacts): string =>
  `${partitions} partitions, ${replication} replicas${minInsync === undefined ? '' : ` (${minInsync} in sync to write)`}, cleanup ${cleanup}`;

const createCommand = ({ name, partitions, replication, cleanup }: WantedTopic): string =>
  `kafka-topics.sh --create --topic ${name} --partitions ${partitions} --replication-factor ${replication} --config cleanup.policy=${cleanup}`;

function checkAbsent(check: string, wanted: WantedTopic, brokers: number): Finding {
  const { replication } = wanted;
  if (replication > brokers)
    return failed(
      check,
      `it is not there, and cannot be made with ${replication} replicas on ${brokers} broker${brokers === 1 ? '' : 's'}`,
      'Start the others, or lower log.kafka.topicDefaults.replication',
    );
  return note(
    check,
    'it is not there; the first start makes it if this user may',
    `Start, or have it made: ${createCommand(wanted)}`,
  );
}

function differences(
  check: string,
  wanted: WantedTopic,
  found: TopicFacts,
  brokers: number,
  known: number,
): readonly Finding[] {
  const { name } = wanted;
  const { partitions, replication, minInsync, cleanup } = found;
  const findings: Finding[] = [];
  const inSync = (count: number): string =>
    `kafka-configs.sh --alter --entity-type topics --entity-name ${name} --add-config min.insync.replicas=${count}`;
  if (cleanup === undefined)
    findings.push(
      note(
        check,
        'its cleanup.policy and min.insync.replicas may not be read by this user, and were not looked at',
        `Have it allowed DescribeConfigs on topic ${name}, and ask again: kafka-acls --add`,
      ),
    );
  else if (cleanup !== wanted.cleanup)
    findings.push(
      failed(
        check,
        `its cleanup.policy is ${cleanup}, not ${wanted.cleanup}`,
        `kafka-configs.sh --alter --entity-type topics --entity-name ${name} --add-config cleanup.policy=${wanted.cleanup}`,
      ),
    );
  if (partitions < known)
    findings.push(
      failed(
        check,
        `it has ${partitions} partitions, and the log on disk has ${known}`,
        `kafka-topics.sh --alter --topic ${name} --partitions ${known}`,
      ),
    );
  else if (known > 0 && partitions > known)
    findings.push(
      note(
        check,
        `it has ${partitions} partitions and was first used with ${known}`,
        'Nothing needs to be done: the first ones go on to be used, so that no key moves',
      ),
    );
  else if (partitions !== wanted.partitions)
    findings.push(
      note(
        check,
        `it has ${partitions} partitions, and log.kafka.topicDefaults says ${wanted.partitions}`,
        'Nothing needs to be done: Kafka’s count is used',
      ),
    );
  if (minInsync !== undefined && minInsync > replication)
    findings.push(
      failed(
        check,
        `it has ${replication} replicas and min.insync.replicas ${minInsync}: nothing can be written to it`,
        `Give it more replicas, or ${inSync(replication > 1 ? replication - 1 : 1)}`,
      ),
    );
  else if (replication > 1 && minInsync === replication)
    findings.push(
      note(
        check,
        `it has ${replication} replicas and min.insync.replicas ${minInsync}: with one broker away nothing can be written`,
        inSync(replication - 1),
      ),
    );
  else if (replication > 1 && minInsync === 1)
    findings.push(
      note(
        check,
        `it has ${replication} replicas and min.insync.replicas 1: what one broker alone has acknowledged can be lost with it`,
        inSync(2),
      ),
    );
  if (replication < wanted.replication || (replication === 1 && brokers > 1))
    findings.push(
      note(
        check,
        `it has ${replication} replica${replication === 1 ? '' : 's'} on ${brokers} brokers (${wanted.replication} configured)`,
        'Give it more with kafka-reassign-partitions.sh: a lost broker takes its records with it',
      ),
    );
  return findings;
}
