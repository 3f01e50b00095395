import type { Report } from '../../records/event.js';
import type { Cluster, TopicFacts } from '../kafka/cluster.js';
import { KafkaFailure } from '../kafka/kafka-failure.js';
import type { Published, Publisher } from '../kafka/publisher.js';
import type { Commit, Log, StateChange } from '../log.js';
import { mergePrepared, type PreparedRecords } from '../writer.js';
import { arrivedUpTo } from './arrived.js';
import { positionChange, readPosition, type ShippedTo } from './position.js';
import { batchBytes, takeSlice } from './slice.js';

/** Kafka, once there is contact. */
export interface Link {
  readonly cluster: Pick<Cluster, 'ends' | 'read'>;
  readonly publisher: Pick<Publisher, 'publish'>;
  /** Creates or checks the topic. */
  readonly facts: (topic: string) => Promise<TopicFacts>;
  /** The facts are old. */
  readonly forget: (topic: string) => void;
}

/** `offset` in the local log. */
type RefusedRecord = Published['refused'][number] & { readonly offset: number };

export interface LaneParts {
  readonly log: Log;
  readonly topic: string;
  readonly partition: number;
  /** Whether the last process may have left a batch under way. */
  readonly isUnsure: boolean;
  /** The dead letters of records that Kafka will never take. */
  readonly letters: (at: Lane, refused: readonly RefusedRecord[]) => PreparedRecords;
  readonly report: Report;
}

/** One partition on its way. Its owner calls `step` while there is work, one call at a time, and decides when to try again after a rejection. */
export interface Lane {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first local record that Kafka has not acknowledged. */
  readonly localNext: number;
  /** Up to where it may ship (exclusive). */
  limit: number;
  readonly isBusy: boolean;
  /** There may be more of it in Kafka than is known. */
  readonly isUnsure: boolean;
  /** Bytes of records that it holds while busy, or else would take. */
  readonly heldBytes: number;
  /** Finds its place, or ships one batch. @throws KafkaFailure, LogFailure */
  step(link: Link): Promise<void>;
  /** What is to be saved, once. */
  takeChanges(): readonly StateChange[];
}

/** A topic that was made again, or cut, is searched from so far before its end for what of the local log is there. */
const lookBack = 100_000;

/** Holds one slice of at most `batchBytes`, or one larger record. */
export function createLane(parts: LaneParts): Lane {
  const { log, topic, partition, report } = parts;
  let position = readPosition(log, topic, partition);
  let isPlaced = false;
  let isUnsure = parts.isUnsure && position !== undefined;
  let isBusy = false;
  let isChanged = false;
  let heldBytes = batchBytes;
  /** Acknowledged by Kafka, and its dead letters not yet in the local log. */
  let owed: { readonly commit: Commit; readonly to: ShippedTo; readonly refused: Published['refused'] } | undefined;

  const startOf = (): number => log.ends(topic)[partition]!.start;

  const place = async ({ cluster, facts }: Link): Promise<void> => {
    const { topicId } = await facts(topic);
    const ends = (await cluster.ends(topic))[partition];
    if (!ends) throw new KafkaFailure('topic-missing', `topic ${topic} has no partition ${partition} in Kafka`);
    let next = position ?? { localNext: startOf(), kafkaNext: ends.end };
    const isNewTopic = hasOtherId(next, topicId);
    if (isNewTopic || ends.end < next.kafkaNext) {
      next = { localNext: startOf(), kafkaNext: Math.max(ends.start, ends.end - lookBack) };
      isUnsure = true;
      report({ kind: 'topic-recreated', topic, partition });
    }
    if (isUnsure)
      next = {
        ...next,
        ...(await arrivedUpTo({ log, cluster, topic, partition, ...next, kafkaEnd: ends.end, isNewTopic })),
      };
    position = { localNext: next.localNext, kafkaNext: next.kafkaNext, ...(topicId !== undefined && { topicId }) };
    // Before anything is sent: without it a crash would not know from where to look for the first batch.
    await log.append({ batches: [], state: [positionChange(topic, partition, position)] });
    isUnsure = false;
    isPlaced = true;
  };

  const moveTo = (to: ShippedTo): void => {
    position = to;
    isChanged = true;
  };

  const ship = async ({ publisher, forget }: Link): Promise<void> => {
    const from = position!;
    const slice = takeSlice(log, { topic, partition }, { from: from.localNext, limit: lane.limit });
    if (!slice) return moveTo({ ...from, localNext: Math.max(from.localNext, lane.limit) });
    heldBytes = slice.bytes;
    const { positions, refused } = await publisher.publish(slice.batch);
    const records = slice.batch.records.length - refused.length;
    if (records > 0) report({ kind: 'shipped', topic, records, bytes: slice.bytes });
    const reached = positions.map(({ offset, count }) => offset + count);
    let to: ShippedTo = { ...from, localNext: slice.next, kafkaNext: reached.at(-1) ?? from.kafkaNext };
    if (!isRising([from.kafkaNext, ...positions.flatMap(({ offset, count }) => [offset, offset + count])])) {
      // Offsets went back: the topic was deleted and made again behind our back, and of what the local log still keeps only this batch is there.
      report({ kind: 'topic-recreated', topic, partition });
      forget(topic);
      to = { localNext: startOf(), kafkaNext: to.kafkaNext };
      isPlaced = false;
    }
    if (refused.length === 0) return moveTo(to);
    const placed = refused.map(each => ({ ...each, offset: slice.batch.records[each.index]!.offset }));
    const commit = mergePrepared([parts.letters(lane, placed)], [positionChange(topic, partition, to)]);
    owed = { commit: { ...commit, makesRoom: true }, to, refused };
    await settle(owed);
  };

  /** Letters and position in one commit: a crash in between would write them twice. */
  const settle = async ({ commit, to, refused }: NonNullable<typeof owed>): Promise<void> => {
    await log.append(commit);
    owed = undefined;
    moveTo(to);
    const { code } = refused[0]!.failure;
    report({ kind: 'records-refused', topic, partition, code, count: refused.length, kept: commit.batches.length > 0 });
  };

  const lane: Lane = {
    topic,
    partition,
    limit: 0,
    get localNext() {
      return position?.localNext ?? startOf();
    },
    get isBusy() {
      return isBusy;
    },
    get isUnsure() {
      return isUnsure && log.ends(topic)[partition]!.end > lane.localNext;
    },
    get heldBytes() {
      return heldBytes;
    },
    async step(link) {
      isBusy = true;
      try {
        await (owed ? settle(owed) : isPlaced ? ship(link) : place(link));
      } finally {
        isBusy = false;
        heldBytes = batchBytes;
      }
    },
    takeChanges() {
      if (!isChanged || !position) return [];
      isChanged = false;
      return [positionChange(topic, partition, position)];
    },
  };
  return lane;
}

const isRising = (offsets: readonly number[]): boolean =>
  offsets.every((offset, i) => i === 0 || offset >= offsets[i - 1]!);

/** Where Kafka tells no ids, offsets that went back tell as much, or a cut. */
const hasOtherId = (known: ShippedTo, topicId: string | undefined): boolean =>
  known.topicId !== undefined && topicId !== undefined && known.topicId !== topicId;
