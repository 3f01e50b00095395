import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../records/event.js';
import type { Time } from '../../streams/time.js';
import { checkCommit } from '../commit-check.js';
import { type Commit, type Log, LogFailure, type Position } from '../log.js';
import { createPauseReports } from '../pause-reports.js';
import { agreedTopic, type Topic } from '../topics.js';
import { reuseBlocks } from './block.js';
import { createDataFileCheck } from './data-file-check.js';
import { writeDurably } from './disk-file.js';
import { createDraft, type Draft, type Prepared, prepareCommit } from './draft.js';
import { type Change, dataFile, type Environment, openEnvironment } from './environment.js';
import { freeBytes, isWithoutRoom, logFailure } from './failure.js';
import { blockKeyBytes, checked, fenceKey, kinds, topicKey } from './keys.js';
import { makeDirectory } from './make-directory.js';
import { checkPages } from './pages.js';
import { readCatalogue, readingOf } from './reading.js';
import { createRetention, footprint, type Retirement } from './retention.js';
import { claimWriter, type WriterClaim } from './writer-claim.js';

export interface EmbeddedLogOptions {
  /** Directory; made with mode 0700 if absent. */
  readonly path: string;
  /** Bytes of live pages beyond which commits with records are refused. */
  readonly maxBytes: number;
  /** Bytes of records in topics with cleanup `delete`; beyond it the oldest go. */
  readonly retainBytes: number;
  /**
   * Offset of a topic's partition from which on nothing may go, because a reader has not had it. What lies before goes earlier than `retainBytes` says when
   * `maxBytes` is reached: the reader has it. Absent: there is no such reader.
   */
  readonly keepFrom?: (topic: string, partition: number) => number;
  readonly report: Report;
  readonly time: Time;
}

/** One transaction takes what waits, up to this: it bounds how long the first of a crowd waits for the last. */
const groupBytes = 16 * 1024 * 1024;
/** A disk with less than this left is full: lmdb's lock file and page copies need room too, and a write into a hole of a mapped file is a SIGBUS. */
const spareBytes = 1024 * 1024;

/** A log in creation has its two meta pages and a root. */
const unfinishedBytes = 65_536;

interface Waiting {
  readonly prepared: Prepared;
  readonly resolve: (positions: readonly Position[]) => void;
  readonly reject: (failure: LogFailure) => void;
}

/**
 * Opens the log in one directory for writing; creates it when there is none.
 * Commits that are called while another is flushed go into the next transaction together. When one fails, all that were called before the failure was known
 * fail too, so that none overtakes another; each may be tried again as it is.
 * State without records is taken beyond `maxBytes` (up to 1/16 and 1 MiB more): what makes room, like a forwarder's progress, is such state.
 * @throws LogFailure `disk`, `damaged`, `locked`
 */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<Log> {
  const { path, maxBytes, retainBytes, keepFrom, report, time } = options;
  let claim: WriterClaim | undefined;
  let environment: Environment | undefined;
  try {
    makeDirectory(path);
    chmodSync(path, 0o700);
    claim = claimWriter(path);
    const stored = new Map<number, number>();
    const created = join(path, 'identity');
    const isCreated = existsSync(created);
    if (!isCreated) removeUnfinished(path);
    const meta = checkPages(dataFile(path), (page, at, keyBytes, valueBytes) => {
      if (page[at] !== kinds.block || keyBytes !== blockKeyBytes) return;
      const slot = page.readUInt32BE(at + 1);
      stored.set(slot, (stored.get(slot) ?? 0) + footprint(valueBytes));
    });
    if (meta === undefined && isCreated) throw new LogFailure('damaged', 'its data.mdb is missing or empty');
    const commits = meta?.transaction ?? 0;
    if (freeBytes(path) < spareBytes) throw Object.assign(new Error('less than 1 MiB is free'), { code: 'ENOSPC' });
    // Some air above the cap for free pages in pieces: lmdb would grow the map by itself, but by moving it.
    environment = openEnvironment(path, { mapSize: roundUp(maxBytes * 1.5 + 16 * spareBytes), readOnly: false });
    const catalogue = readCatalogue(environment);
    const identity = catalogue.identity ?? randomUUID();
    const fence = Buffer.alloc(8);
    fence.writeDoubleLE(claim.id);
    const first: Change[] = [[fenceKey, fence]];
    if (catalogue.identity === undefined) first.push(catalogueEntry(0, { format: 1, identity }));
    await environment.commit(first, undefined);
    claim.confirm();
    // Tells a log that lost its data file from one that was never begun; on the disk before anything can be acknowledged.
    if (!isCreated) writeDurably(created, `${identity}\n`);
    return serve({ environment, claim, identity, topics: new Map(catalogue.topics), stored, commits });
  } catch (error) {
    await environment?.close();
    claim?.release();
    throw logFailure(error, path);
  }

  function serve(opened: {
    environment: Environment;
    claim: WriterClaim;
    identity: string;
    topics: Map<string, Topic>;
    /** Bytes by topic (upper 16 bits) and partition. */
    stored: ReadonlyMap<number, number>;
    commits: number;
  }): Log {
    const { environment, claim, identity, topics } = opened;
    const reading = readingOf(
      environment,
      () => topics.values(),
      name => topics.get(name),
      report,
    );
    const checkDataFile = createDataFileCheck(path);
    const pauses = createPauseReports(report, maxBytes);
    const names = new Map(Array.from(topics.values(), topic => [topic.id, topic]));
    const retention = createRetention(
      environment,
      retainBytes,
      ({ topic, partition, base, count }) => !keepFrom || base + count <= keepFrom(names.get(topic)!.name, partition),
    );
    for (const [slot, bytes] of opened.stored) {
      const [topic, partition] = [slot >>> 16, slot & 0xffff];
      if (names.get(topic)?.cleanup === 'delete') retention.add(topic, partition, bytes);
    }
    /** Topics that the next transaction writes down. */
    let undeclared: Topic[] = [];
    let commits = opened.commits;
    let ends = new Map<string, number>();
    let liveBytes = environment.liveBytes();
    let reportedBytes = Number.NEGATIVE_INFINITY;
    let queue: Waiting[] = [];
    let running: Promise<void> | undefined;
    let ended: LogFailure | undefined;

    const reportSize = (): void => {
      if (Math.abs(liveBytes - reportedBytes) < maxBytes / 100) return;
      reportedBytes = liveBytes;
      report({ kind: 'log-size', bytes: liveBytes, maxBytes });
    };
    reportSize();

    const run = async (): Promise<void> => {
      // One turn later: what is called in the same turn shares the flush.
      await Promise.resolve();
      while (queue.length > 0) {
        const group = takeGroup();
        const startMs = time.monotonicMs();
        const taken: { waiting: Waiting; positions: readonly Position[] }[] = [];
        let draft: Draft;
        let retirement: Retirement;
        try {
          draft = createDraft({ environment, endOf: endOf(), commit: ++commits, timeMs: time.now() });
          const coming = (of: (prepared: Prepared) => number): number =>
            group.reduce((sum, { prepared }) => sum + of(prepared), 0);
          const needed = keepFrom ? liveBytes + coming(({ bytes }) => bytes) - maxBytes : 0;
          retirement = retention.plan(
            coming(({ retainedBytes }) => retainedBytes),
            needed,
          );
          let refused: LogFailure | undefined;
          for (const waiting of group) {
            // A small commit must not overtake a large one that found no room.
            const hasRecords = !waiting.prepared.makesRoom;
            const refusal = hasRecords && refused ? refused : roomFor(draft, waiting.prepared, retirement);
            if (refusal && hasRecords) refused = refusal;
            if (refusal) {
              waiting.reject(refusal);
              pauses.refused(liveBytes, hasRecords);
            } else taken.push({ waiting, positions: draft.add(waiting.prepared) });
          }
          if (taken.length === 0) continue;
          const declared = undeclared;
          const declarations = declared.map(({ id, ...topic }) => catalogueEntry(id, topic));
          checkDataFile(environment.device());
          checkDisk(draft);
          await environment.commit([...declarations, ...retirement.changes, ...draft.changes()], claim.id);
          undeclared = undeclared.filter(topic => !declared.includes(topic));
        } catch (error) {
          const failure = logFailure(error, path);
          if (failure.code === 'locked' || failure.code === 'gone') ended = failure;
          ends = new Map();
          if (isWithoutRoom(error, failure))
            pauses.refused(
              liveBytes,
              group.some(({ prepared }) => prepared.records > 0),
            );
          const behind = queue;
          queue = [];
          for (const waiting of [...group, ...behind]) waiting.reject(failure);
          continue;
        }
        ends = draft.ends;
        liveBytes = environment.liveBytes();
        for (const [topic, partition, bytes] of draft.retained) retention.add(topic, partition, bytes);
        retention.settle(retirement);
        const commitMs = time.monotonicMs() - startMs;
        for (const { waiting, positions } of taken) {
          for (const { blocks } of waiting.prepared.batches) reuseBlocks(blocks);
          waiting.resolve(positions);
        }
        if (draft.records > 0) report({ kind: 'appended', records: draft.records, bytes: draft.bytes, commitMs });
        const hasRecords = taken.some(({ waiting }) => !waiting.prepared.makesRoom);
        if (taken.length === group.length) pauses.taken(liveBytes, hasRecords);
        for (const { topic, partition, records, start } of retirement.partitions)
          report({ kind: 'retained', topic: names.get(topic)!.name, partition, records, start });
        reportSize();
      }
    };

    function takeGroup(): Waiting[] {
      let bytes = 0;
      let count = 0;
      for (const { prepared } of queue) {
        bytes += prepared.bytes;
        if (bytes > groupBytes && count > 0) break;
        count++;
      }
      return queue.splice(0, count);
    }

    function endOf(): (topic: number, partition: number) => number {
      const known = ends;
      return (topic, partition) => known.get(`${topic}/${partition}`) ?? reading.endOf(topic, partition);
    }

    function roomFor(draft: Draft, prepared: Prepared, retirement: Retirement): LogFailure | undefined {
      const reserve = prepared.makesRoom ? Math.max(spareBytes, maxBytes / 16) : 0;
      const after = liveBytes - retirement.bytes + draft.bytes + prepared.bytes;
      if (after <= maxBytes + reserve) return undefined;
      return new LogFailure('full', `the log in ${path} has reached its ${maxBytes} bytes (log.maxBytes)`);
    }

    /** Before lmdb fails in the middle: it recovers, but at the price of a new start and of noise on stderr. */
    function checkDisk(draft: Draft): void {
      const reusable = environment.fileBytes() - liveBytes;
      if (reusable > 2 * draft.bytes + spareBytes || freeBytes(path) > draft.bytes + spareBytes) return;
      throw Object.assign(new Error('the disk is full'), { code: 'ENOSPC' });
    }

    function kick(): void {
      running ??= run().finally(() => {
        running = undefined;
        if (queue.length > 0) kick();
      });
    }

    return {
      identity,
      maxBytes,
      get bytes() {
        return liveBytes;
      },
      topics: reading.topics,
      ends: reading.ends,
      read: reading.read,
      get: reading.get,
      range: reading.range,
      committedMs: reading.committedMs,
      ensureTopic(name, topicOptions) {
        const known = topics.get(name);
        const topic = agreedTopic(known, name, topicOptions, topics.size + 1);
        if (known) return;
        topics.set(name, topic);
        names.set(topic.id, topic);
        undeclared.push(topic);
      },
      async append(commit: Commit) {
        if (ended) throw ended;
        const prepared = prepareCommit(
          commit,
          checkCommit(commit, name => topics.get(name)),
        );
        return new Promise<readonly Position[]>((resolve, reject) => {
          queue.push({ prepared, resolve, reject });
          kick();
        });
      },
      async close() {
        if (ended?.code === 'closed') return;
        if (!ended && undeclared.length > 0) {
          queue.push({
            prepared: prepareCommit({ batches: [] }, []),
            resolve: () => undefined,
            reject: () => undefined,
          });
          kick();
        }
        ended ??= new LogFailure('closed', `the log in ${path} is closed`);
        while (running) await running;
        await environment.close();
        claim.release();
      },
    };
  }
}

function catalogueEntry(id: number, content: object): Change {
  const key = topicKey(id);
  return [key, checked(key, Buffer.from(JSON.stringify(content)))];
}

/** A power cut in the middle of the creation leaves a few pages of anything. Nothing was acknowledged before `identity` was on the disk. */
function removeUnfinished(path: string): void {
  const file = dataFile(path);
  try {
    checkPages(file);
  } catch (error) {
    if (!(error instanceof LogFailure) || statSync(file).size > unfinishedBytes) throw error;
    rmSync(file);
  }
}

const roundUp = (bytes: number): number => Math.ceil(bytes / 0x1_0000) * 0x1_0000;
