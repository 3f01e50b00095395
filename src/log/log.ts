/** One record of a topic. Key and value are bytes as they go to Kafka; headers are text. */
export interface LogRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Records of one partition, in order. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
}

/**
 * Records as bytes, made where the records were made, so that no object stands for each of them on their way: key, value and own headers of one record after another,
 * as they lie in a block of the embedded log (embedded/block.ts). At most `bounds.packedBytes`, or one record.
 */
export interface PackedRecords {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** What the indices of own headers mean. */
  readonly names: readonly string[];
  /** Headers that all of them have. */
  readonly common: Readonly<Record<string, string>>;
  /** A header that is a number, one more with each record. */
  readonly counted?: { readonly name: string; readonly first: number };
}

/** Packed records of one partition, in order. */
export interface PackedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly packed: PackedRecords;
}

/** A keyed value that commits with the records; `undefined` deletes. */
export type StateChange = readonly [key: string, value: Uint8Array | undefined];

/** All or nothing: batches and state become visible and durable together. */
export interface Commit {
  readonly batches: readonly (Batch | PackedBatch)[];
  readonly state?: readonly StateChange[];
  /** Taken a little beyond the byte cap, as state alone is: without it nothing would ever make room (embedded only). */
  readonly makesRoom?: true;
}

/** Where a batch landed: its records have offsets `offset … offset + count - 1`. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly count: number;
}

export interface StoredRecord extends LogRecord {
  readonly offset: number;
}

/** `start` is the oldest offset still there, `end` the offset of the next record (exclusive). */
export interface PartitionEnds {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

export interface TopicOptions {
  readonly cleanup: 'delete' | 'compact';
  readonly partitions: number;
}

export type LogFailureCode =
  | 'full'
  | 'disk'
  | 'closed'
  | 'locked'
  | 'gone'
  | 'damaged'
  | 'topic'
  | 'too-large'
  | 'unreachable'
  | 'denied';

/**
 * `full`: the byte cap; `disk`: the disk refused (no space, read only, I/O): nothing of the commit is visible, the same commit may be tried again.
 * `locked`, `gone`: another process writes, or the files are no longer where they were opened: this log is over.
 * `unreachable`: no broker answers, or none in time; `denied`: certificate, password or right: the same call may be tried again once that is mended.
 */
export class LogFailure extends Error {
  override readonly name = 'LogFailure';
  readonly code: LogFailureCode;
  constructor(code: LogFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What no retry mends. */
export const isFinal = (error: unknown): boolean =>
  !(error instanceof LogFailure) ||
  (error.code !== 'full' && error.code !== 'disk' && error.code !== 'unreachable' && error.code !== 'denied');

/** The embedded log answers at once, Kafka over the network: who uses both awaits. */
export type Awaitable<T> = T | Promise<T>;

/** The look into any log. */
export interface RecordReader {
  /** Of the log as a whole: tells a re-created log, or another cluster, from the old one. */
  readonly identity: string;
  topics(): Awaitable<readonly string[]>;
  /** Empty for a topic that does not exist. */
  ends(topic: string): Awaitable<readonly PartitionEnds[]>;
  /** At most about `maxBytes` of records from offset `from` (inclusive), in order; empty at the end. Offsets below `start` begin at `start`. */
  read(topic: string, partition: number, from: number, maxBytes: number): Awaitable<readonly StoredRecord[]>;
  close(): Promise<void>;
}

/** What every log takes: records. Acknowledged means durable. */
export interface RecordLog extends RecordReader {
  /** Creates the topic, or checks that it is as wanted: another number of partitions or another cleanup is `LogFailure('topic')` with the mend. */
  ensureTopic(topic: string, options: TopicOptions): Awaitable<void>;
  /**
   * Appends of one caller that overlap keep the order of the calls within a partition.
   * @returns positions in the order of `batches`; one after another for a batch that had to be divided (Kafka only)
   */
  append(commit: { readonly batches: readonly Batch[] }): Promise<readonly Position[]>;
}

/** The look into the embedded log, also from another process while it is written: what `tail` and `status` need. */
export interface LogReader extends RecordReader {
  /** Random, minted when the log is created. */
  readonly identity: string;
  topics(): readonly string[];
  ends(topic: string): readonly PartitionEnds[];
  read(topic: string, partition: number, from: number, maxBytes: number): readonly StoredRecord[];
  get(key: string): Uint8Array | undefined;
  /** Entries whose key begins with `prefix`, in key order. */
  range(prefix: string): Iterable<readonly [key: string, value: Uint8Array]>;
  /** When the first record at or after `offset` was committed, in epoch ms; undefined where there is none, or no clock. */
  committedMs(topic: string, partition: number, offset: number): number | undefined;
}

/** The embedded log: acknowledged means flushed to disk. One process writes. */
export interface Log extends LogReader, Omit<RecordLog, keyof RecordReader> {
  ensureTopic(topic: string, options: TopicOptions): void;
  /** All or nothing. @returns one position for each batch. Commits of one caller that overlap become visible in the order of the calls. */
  append(commit: Commit): Promise<readonly Position[]>;
  readonly bytes: number;
  readonly maxBytes: number;
}
