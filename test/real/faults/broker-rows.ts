import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from '../kafka/broker.js';
import type { KafkaCluster } from '../kafka/cluster.js';
import { type FaultRow, type Stage, seconds } from './row.js';

const ids = [1, 2, 3];
const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

export async function leaderOf({ cluster, topic }: Stage, partition: number): Promise<Broker> {
  const { leader } = (await cluster.admin.describe(topic)).find(each => each.partition === partition)!;
  return cluster.brokers[leader - 1]!;
}

export async function whole(cluster: KafkaCluster): Promise<void> {
  await cluster.admin.brokersAre(ids);
  await cluster.admin.fullIsr();
}

/** Gives some partitions another leader. @returns how many */
export async function moveLeaders({ cluster, topic, random }: Stage, partitions: readonly number[]): Promise<number> {
  const wanted = new Map<number, readonly number[]>();
  for (const { partition, leader } of await cluster.admin.describe(topic)) {
    const others = ids.filter(id => id !== leader).sort(() => random() - 0.5);
    if (partitions.includes(partition)) wanted.set(partition, [...others, leader]);
  }
  return cluster.admin.moveLeaders(topic, wanted);
}

async function killAndRestart(stage: Stage, broker: Broker, downMs: number): Promise<number> {
  await broker.kill();
  const recoveredMs = stage.load.caughtUp();
  await delay(downMs);
  await broker.start();
  await whole(stage.cluster);
  return recoveredMs;
}

export const brokerRows: readonly FaultRow[] = [
  {
    row: '1',
    fault: 'kill -9 of a partition leader, restart after 10 s (short form: 3 s)',
    perSecond: 2000,
    long: 5,
    short: 1,
    unit: 'times',
    async run(stage) {
      const waits: number[] = [];
      for (let time = 0; time < stage.amount; time++) {
        const broker = await leaderOf(stage, Math.floor(stage.random() * stage.partitions));
        waits.push(await killAndRestart(stage, broker, stage.amount > 1 ? 10_000 : 3000));
      }
      return `all partitions published again after at most ${seconds(Math.max(...waits))}`;
    },
  },
  {
    row: '2',
    fault: 'leader moves while each flush covers 6 partitions',
    perSecond: 1000,
    long: 500,
    short: 40,
    unit: 'moves',
    async run(stage) {
      let moves = 0;
      while (moves < stage.amount) {
        const many = 1 + Math.floor(stage.random() * 3);
        moves += await moveLeaders(
          stage,
          Array.from({ length: many }, () => Math.floor(stage.random() * stage.partitions)),
        );
        await stage.load.more(20);
      }
      return `${moves} leaders moved`;
    },
  },
  {
    row: '4',
    fault: 'SIGSTOP of a broker, then CONT',
    perSecond: 1000,
    long: 40,
    short: 8,
    unit: 's',
    async run(stage) {
      const broker = await leaderOf(stage, Math.floor(stage.random() * stage.partitions));
      const before = stage.load.memoryMiB();
      broker.pause();
      await delay(stage.amount * 1000);
      broker.resume();
      const waited = await stage.load.caughtUp();
      await whole(stage.cluster);
      return `caught up ${seconds(waited)} after it woke; memory grew by at most ${(stage.load.peakRssMiB - before).toFixed(0)} MiB`;
    },
  },
  {
    row: '7',
    fault: 'rolling clean restart of three brokers',
    perSecond: 2000,
    long: 3,
    short: 3,
    unit: 'restarts',
    async run({ cluster, load }) {
      for (const broker of cluster.brokers) {
        await broker.stop();
        await broker.start();
        await whole(cluster);
      }
      await load.caughtUp();
      return '';
    },
  },
  {
    row: '10',
    fault: 'fewer replicas than min ISR: two of three brokers down, then one down with min ISR 3; then back',
    perSecond: 1000,
    long: 20,
    short: 4,
    unit: 's each',
    // A batch that its leader has and too few followers is seen by nobody until they are back: a fresh producer that looks for it sends it again.
    mayDouble: (_, partitions) => partitions,
    async run(stage) {
      const { cluster, load, topic, amount } = stage;
      const { admin, brokers } = cluster;
      const waits: number[] = [];
      await Promise.all([brokers[1]!.kill(), brokers[2]!.kill()]);
      await delay(amount * 1000);
      await Promise.all([brokers[1]!.start(), brokers[2]!.start()]);
      waits.push(await load.caughtUp());
      await whole(cluster);
      await admin.configure(topic, 'min.insync.replicas', '3');
      await brokers[0]!.kill();
      await admin.brokersAre([2, 3]);
      await delay(amount * 1000);
      await brokers[0]!.start();
      waits.push(await load.caughtUp());
      await admin.configure(topic, 'min.insync.replicas');
      await whole(cluster);
      return `caught up ${waits.map(seconds).join(' and ')} after the last broker was back`;
    },
  },
  {
    row: '12',
    fault: 'random faults: kill -9 and restart, SIGSTOP for 3 to 8 s, moves of 1 to 3 leaders',
    perSecond: 300,
    long: 180,
    short: 25,
    unit: 's',
    async run(stage) {
      const { cluster, random } = stage;
      const counts = { kills: 0, stops: 0, moves: 0 };
      const end = performance.now() + stage.amount * 1000;
      while (performance.now() < end) {
        const broker = pick(random, cluster.brokers);
        const kind = pick(random, ['kill', 'stop', 'moves'] as const);
        if (kind === 'kill') {
          counts.kills++;
          await broker.kill();
          await delay(500 + random() * 3500);
          await broker.start();
        } else if (kind === 'stop') {
          counts.stops++;
          broker.pause();
          await delay(3000 + random() * 5000);
          broker.resume();
        } else
          for (let round = 3 + Math.floor(random() * 4); round > 0; round--) {
            const many = 1 + Math.floor(random() * 3);
            counts.moves += await moveLeaders(
              stage,
              Array.from({ length: many }, () => Math.floor(random() * stage.partitions)),
            );
          }
        await whole(cluster);
      }
      await stage.load.caughtUp();
      return `${counts.kills} kills, ${counts.stops} stops, ${counts.moves} moves`;
    },
  },
];
