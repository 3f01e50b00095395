import type { Report } from '../records/event.js';
import { checkCommit } from './commit-check.js';
import {
  type Batch,
  type Commit,
  type Log,
  LogFailure,
  type LogRecord,
  type Position,
  type StoredRecord,
} from './log.js';
import { plain } from './packed/unpack.js';
import { createPauseReports } from './pause-reports.js';
import { agreedTopic, type Topic } from './topics.js';

export interface MemoryLogOptions {
  readonly maxBytes?: number;
  readonly retainBytes?: number;
  readonly identity?: string;
  readonly time?: { now(): number };
  readonly keepFrom?: (topic: string, partition: number) => number;
  readonly report?: Report;
  /** Calls `done` when a commit counts as flushed; a microtask later when absent. */
  readonly acknowledge?: (done: () => void) => void;
  /** A fault to inject: the failure that this commit shall meet instead of being stored. */
  readonly fail?: (commit: Commit) => LogFailure | undefined;
}

export interface MemoryLog extends Log {
  /** The process dies: what was not acknowledged is lost and stays unanswered, this log is closed. @returns the log as the next process finds it */
  crash(): MemoryLog;
}

interface Stored {
  readonly record: StoredRecord;
  readonly bytes: number;
  /** Order over all partitions, equal for the records of one batch. */
  readonly batch: number;
  readonly committedMs: number | undefined;
  /** Set when a compact topic got a newer record of the key. */
  superseded: boolean;
}

interface Partition {
  records: Stored[];
  end: number;
  /** Compact topics only: the live record of each key. */
  readonly live: Map<string, Stored>;
}

/** What outlives a crash. */
interface Disk {
  readonly topics: Map<string, Topic>;
  readonly partitions: Map<string, Partition>;
  readonly state: Map<string, Uint8Array>;
  bytes: number;
  /** The part of `bytes` that lies in topics with cleanup `delete`. */
  retained: number;
  batches: number;
}

type Unpacked = Omit<Commit, 'batches'> & { readonly batches: readonly Batch[] };

interface Waiting {
  readonly commit: Unpacked;
  readonly resolve: (positions: readonly Position[]) => void;
  readonly reject: (failure: LogFailure) => void;
}

/** The log port without a disk, for simulations: deterministic, one commit at a time, in the order of the calls. */
export function openMemoryLog(options: MemoryLogOptions = {}): MemoryLog {
  return openOn(
    { topics: new Map(), partitions: new Map(), state: new Map(), bytes: 0, retained: 0, batches: 0 },
    options,
  );
}

function openOn(disk: Disk, options: MemoryLogOptions): MemoryLog {
  const { maxBytes = 2 ** 30, retainBytes = 2 ** 30, identity = 'memory', report = () => undefined } = options;
  const acknowledge = options.acknowledge ?? (done => queueMicrotask(done));
  const pauses = createPauseReports(report, maxBytes);
  let queue: Waiting[] = [];
  let busy = false;
  let ended: LogFailure | undefined;
  let crashed = false;
  const drained: (() => void)[] = [];

  const partitionOf = (topic: string, partition: number): Partition => {
    const slot = `${topic}/${partition}`;
    const found = disk.partitions.get(slot) ?? { records: [], end: 0, live: new Map() };
    disk.partitions.set(slot, found);
    return found;
  };

  const next = (): void => {
    if (queue.length === 0) for (const resolve of drained.splice(0)) resolve();
    if (busy || crashed || queue.length === 0) return;
    busy = true;
    acknowledge(() => {
      if (crashed) return;
      busy = false;
      const waiting = queue.shift()!;
      const failure = options.fail?.(waiting.commit) ?? roomFor(waiting.commit);
      if (failure) {
        // None overtakes one that failed; state alone may pass one that found no room.
        const overtaking = queue.filter(({ commit }) => failure.code !== 'full' || commit.batches.length > 0);
        queue = queue.filter(behind => !overtaking.includes(behind));
        for (const { reject } of [waiting, ...overtaking]) reject(failure);
        if (failure.code === 'full') pauses.refused(disk.bytes, waiting.commit.batches.length > 0);
      } else {
        waiting.resolve(store(waiting.commit));
        pauses.taken(disk.bytes, waiting.commit.batches.length > 0);
      }
      next();
    });
  };

  function roomFor(commit: Unpacked): LogFailure | undefined {
    if (commit.makesRoom ?? commit.batches.length === 0) return undefined;
    const { retained } = disk;
    const others = disk.bytes - retained;
    const bytes = bytesOf(commit);
    if (options.keepFrom) {
      if (disk.bytes - removableBytes() + bytes <= maxBytes) return undefined;
    } else if (others + Math.min(retained + bytes, Math.max(retainBytes, bytes)) <= maxBytes) return undefined;
    return new LogFailure('full', `the log has reached its ${maxBytes} bytes`);
  }

  function* retainedPartitions(): Iterable<Partition & { topic: string; partition: number; stored: Partition }> {
    for (const topic of disk.topics.values()) {
      if (topic.cleanup === 'compact') continue;
      for (let partition = 0; partition < topic.partitions; partition++) {
        const stored = partitionOf(topic.name, partition);
        yield { ...stored, topic: topic.name, partition, stored };
      }
    }
  }

  function store(commit: Unpacked): Position[] {
    let storedBytes = 0;
    const positions = commit.batches.map(({ topic, partition, records }) => {
      const place = partitionOf(topic, partition);
      const offset = place.end;
      const batch = disk.batches++;
      const compact = disk.topics.get(topic)!.cleanup === 'compact';
      for (const record of records) {
        const bytes = sizeOf(record);
        const stored = {
          record: { ...record, offset: place.end++ },
          bytes,
          batch,
          committedMs: options.time?.now(),
          superseded: false,
        };
        place.records.push(stored);
        storedBytes += bytes;
        if (compact) supersede(place, stored);
        else disk.retained += bytes;
      }
      return { topic, partition, offset, count: records.length };
    });
    disk.bytes += storedBytes;
    for (const [key, value] of commit.state ?? []) {
      disk.bytes -= disk.state.get(key)?.length ?? 0;
      if (value) disk.state.set(key, value);
      else disk.state.delete(key);
      disk.bytes += value?.length ?? 0;
    }
    const records = positions.reduce((sum, { count }) => sum + count, 0);
    // Nothing is flushed here, so it takes no time.
    if (records > 0) report({ kind: 'appended', records, bytes: storedBytes, commitMs: 0 });
    retain();
    return positions;
  }

  function supersede(place: Partition, stored: Stored): void {
    const { key } = stored.record;
    const older = place.live.get(key);
    place.live.set(key, stored);
    if (!older) return;
    older.superseded = true;
    disk.bytes -= older.bytes;
    if (place.records.length > 2 * place.live.size + 16)
      place.records = place.records.filter(({ superseded }) => !superseded);
  }

  /** How many records of its oldest batch may go; the newest batch of a partition stays, and what a reader has not had. */
  function removable({ topic, partition, records }: { topic: string; partition: number; records: Stored[] }): number {
    const oldest = records[0]?.batch;
    const count = records.findIndex(({ batch }) => batch !== oldest);
    if (count < 1) return 0;
    return records[count - 1]!.record.offset < (options.keepFrom?.(topic, partition) ?? Number.POSITIVE_INFINITY)
      ? count
      : 0;
  }

  function removableBytes(): number {
    let bytes = 0;
    for (const { topic, partition, records } of retainedPartitions())
      for (let rest = records; ; ) {
        const count = removable({ topic, partition, records: rest });
        if (count === 0) break;
        for (const stored of rest.slice(0, count)) bytes += stored.bytes;
        rest = rest.slice(count);
      }
    return bytes;
  }

  /** Oldest batches first over all partitions. */
  function retain(): void {
    while (disk.retained > retainBytes || (options.keepFrom && disk.bytes > maxBytes)) {
      const candidates = [...retainedPartitions()].filter(place => removable(place) > 0);
      const oldest = candidates.sort((a, b) => a.records[0]!.batch - b.records[0]!.batch)[0];
      if (!oldest) return;
      const { topic, partition, stored } = oldest;
      const count = stored.records.findIndex(({ batch }) => batch !== stored.records[0]!.batch);
      const gone = stored.records.splice(0, count).reduce((sum, { bytes }) => sum + bytes, 0);
      disk.retained -= gone;
      disk.bytes -= gone;
      report({ kind: 'retained', topic, partition, records: count, start: stored.records[0]!.record.offset });
    }
  }

  return {
    identity,
    maxBytes,
    get bytes() {
      return disk.bytes;
    },
    topics: () => [...disk.topics.keys()],
    ends(topic) {
      const partitions = disk.topics.get(topic)?.partitions ?? 0;
      return Array.from({ length: partitions }, (_, partition) => {
        const { records, end } = partitionOf(topic, partition);
        return { partition, start: records.find(({ superseded }) => !superseded)?.record.offset ?? 0, end };
      });
    },
    read(topic, partition, from, maxBytes) {
      if (!disk.topics.has(topic)) return [];
      const { records } = partitionOf(topic, partition);
      const found: StoredRecord[] = [];
      let bytes = 0;
      for (let i = firstAtOrAfter(records, from); i < records.length; i++) {
        const { record, superseded } = records[i]!;
        if (superseded) continue;
        bytes += record.value.length + record.key.length;
        if (bytes > maxBytes && found.length > 0) break;
        found.push(record);
      }
      return found;
    },
    committedMs(topic, partition, offset) {
      const { records } = partitionOf(topic, partition);
      return records.slice(firstAtOrAfter(records, offset)).find(({ superseded }) => !superseded)?.committedMs;
    },
    get: key => disk.state.get(key),
    *range(prefix) {
      const keys = [...disk.state.keys()].filter(key => key.startsWith(prefix));
      const order = new Map(keys.map(key => [key, Buffer.from(key)]));
      for (const key of keys.sort((a, b) => order.get(a)!.compare(order.get(b)!))) {
        const value = disk.state.get(key);
        if (value) yield [key, value] as const;
      }
    },
    ensureTopic(name, topicOptions) {
      const topic = agreedTopic(disk.topics.get(name), name, topicOptions, disk.topics.size + 1);
      disk.topics.set(name, topic);
    },
    async append(commit) {
      if (ended) throw ended;
      checkCommit(commit, name => disk.topics.get(name));
      return new Promise<readonly Position[]>((resolve, reject) => {
        queue.push({ commit: copyOf(commit), resolve, reject });
        next();
      });
    },
    async close() {
      ended ??= new LogFailure('closed', 'the log is closed');
      if (queue.length > 0) await new Promise<void>(resolve => drained.push(resolve));
    },
    crash() {
      ended = new LogFailure('closed', 'the process of this log has died');
      crashed = true;
      queue = [];
      return openOn(disk, options);
    },
  };
}

/** The caller may reuse its buffers once the call has returned. */
const copyOf = ({ batches, state = [], makesRoom }: Commit): Unpacked => ({
  ...(makesRoom && { makesRoom }),
  batches: batches.map(plain).map(batch => ({
    ...batch,
    records: batch.records.map(({ key, value, headers }) => ({
      key,
      value: new Uint8Array(value),
      headers: { ...headers },
    })),
  })),
  state: state.map(([key, value]) => [key, value && new Uint8Array(value)]),
});

const sizeOf = (record: LogRecord): number => {
  let bytes = 40 + record.key.length + record.value.length;
  for (const name in record.headers) bytes += name.length + record.headers[name]!.length;
  return bytes;
};

function bytesOf(commit: Unpacked): number {
  let bytes = 0;
  for (const { records } of commit.batches) for (const record of records) bytes += sizeOf(record);
  for (const [, value] of commit.state ?? []) bytes += value?.length ?? 0;
  return bytes;
}

/** Index of the first record whose offset is at least `from`; the list is in order of offsets. */
function firstAtOrAfter(records: readonly Stored[], from: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.record.offset < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
