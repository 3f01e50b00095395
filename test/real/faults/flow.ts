import type { Batch, LogRecord } from '../../../src/log/log.js';
import { partitionOf } from '../../../src/log/murmur2.js';
import { recordUuid } from '../../../src/records/identity.js';

/** 240 keys, some beyond ASCII. */
export const keys: readonly string[] = Array.from({ length: 240 }, (_, at) =>
  at % 12 === 0 ? `Ü${at}株` : `SYM${at}`,
);

export interface FlowOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly seed: number;
  /** Of the value. */
  readonly valueBytes: number;
}

/** Records as the pipeline makes them, without end: deterministic ids, the id in the value, numbered per partition. */
export class Flow {
  readonly #options: FlowOptions;
  readonly #random: () => number;
  readonly #sequences = new Map<number, number>();
  #made = 0;

  constructor(options: FlowOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
  }

  get made(): number {
    return this.#made;
  }

  /** @returns one batch for each partition that the next `count` records fall into */
  next(count: number): readonly Batch[] {
    const batches = new Map<number, LogRecord[]>();
    for (let i = 0; i < count; i++) this.#add(batches, this.#options.valueBytes);
    return this.#asBatches(batches);
  }

  /** One batch of `mates` records with one of `valueBytes` among them. */
  oversize(mates: number, valueBytes: number): Batch {
    const key = keys[0]!;
    const batches = new Map<number, LogRecord[]>();
    for (let i = 0; i <= mates; i++) this.#add(batches, i === mates >> 1 ? valueBytes : this.#options.valueBytes, key);
    return this.#asBatches(batches)[0]!;
  }

  #add(batches: Map<number, LogRecord[]>, valueBytes: number, key = this.#key()): void {
    const { seed, partitions, topic } = this.#options;
    const partition = partitionOf(key, partitions);
    const sequence = this.#sequences.get(partition) ?? 0;
    this.#sequences.set(partition, sequence + 1);
    const id = recordUuid(`${topic}|${seed}|${this.#made++}`);
    const start = `{"id":"${id}","kind":"quote","symbol":"${key}","price":"`;
    const value = Buffer.from(`${start}${'1'.repeat(Math.max(1, valueBytes - Buffer.byteLength(start) - 2))}"}`);
    const headers = {
      'fl-id': id,
      'fl-schema': 'quote/1',
      'fl-writer': 'source/load',
      'fl-seq': String(sequence),
      'fl-epoch': '0',
    };
    const records = batches.get(partition) ?? [];
    batches.set(partition, records);
    records.push({ key, value, headers });
  }

  #key(): string {
    return keys[Math.floor(this.#random() * keys.length)]!;
  }

  #asBatches(batches: ReadonlyMap<number, readonly LogRecord[]>): readonly Batch[] {
    return Array.from(batches, ([partition, records]) => ({ topic: this.#options.topic, partition, records }));
  }
}

/** What the independent reader takes as expected. */
export const expectedLines = ({ records }: Batch): string =>
  records.map(({ key, headers }) => `${key}\t${headers['fl-id']}\n`).join('');
