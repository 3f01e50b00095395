import { defer, EMPTY, from, map, mergeMap, type Observable, Subject } from 'rxjs';
import { isFinal, type Log, type PackedBatch, type StateChange } from '../log/log.js';
import { createWriter, mergePrepared, type OutgoingRecord } from '../log/writer.js';
import type { Event, Report } from '../records/event.js';
import { groupWhileBusy } from '../streams/group-while-busy.js';
import { retryWith } from '../streams/retry-with.js';
import type { Time } from '../streams/time.js';

/** What becomes visible together. `events` are reported once it is on disk. */
export interface Settled {
  readonly records: readonly OutgoingRecord[];
  /** Behind them. */
  readonly packed?: readonly PackedBatch[];
  readonly state: readonly StateChange[];
  readonly events: readonly Event[];
}

interface Pending {
  readonly settled: Settled;
  readonly acknowledge: () => void;
}

export interface CommitStage {
  /** In the order of the calls; `acknowledge` is called once it is on disk. */
  commit(settled: Settled, acknowledge: () => void): void;
  /** Runs the commits; completes after `close`, when the last is acknowledged. Errors with what no retry can mend. */
  readonly run: Observable<never>;
  close(): void;
}

export interface CommitStageParts {
  readonly log: Log;
  /** Logical writer: `source/NAME`, `list/NAME`. */
  readonly writer: string;
  /** Of its ownership, 0 (where there is one instance) when absent. */
  readonly epoch?: number;
  readonly time: Time;
  readonly report: Report;
}

const retryMs = 1_000;
const bounds = { maxCount: 1_000, maxBytes: 8 << 20 };
const bytesOf = ({ records, packed = [] }: Settled): number =>
  records.reduce((sum, { value }) => sum + value.length, 0) +
  packed.reduce((sum, { packed: { bytes } }) => sum + bytes.length, 0);

/**
 * Group commit: everything that was settled while the last append ran goes into the next one. Holds at most what its callers have settled
 * and not seen acknowledged. A log that is full or a disk that refuses is tried again with the very same commit until it takes it:
 * nothing is dropped, callers wait, so polling pauses by itself.
 */
export function createCommitStage({ log, writer: name, epoch = 0, time, report }: CommitStageParts): CommitStage {
  const writer = createWriter(log, { name, epoch });
  const pending = new Subject<Pending>();
  const component = `log (${name})`;
  let failing = false;

  const append = (group: readonly Pending[]): Observable<readonly Pending[]> => {
    const prepared = writer.prepare(
      group.flatMap(one => one.settled.records),
      group.flatMap(one => one.settled.packed ?? []),
    );
    const commit = mergePrepared(
      [prepared],
      group.flatMap(one => one.settled.state),
    );
    const refused = (error: unknown): number | undefined => {
      if (isFinal(error)) return undefined;
      const reason = (error as Error).message;
      report({ kind: 'append-failed', reason, retryMs });
      if (!failing) report({ kind: 'component', name: component, ready: false, reason });
      failing = true;
      return retryMs;
    };
    // One loop: retries inside of one another would end a night of a full disk with as many calls on the stack.
    return defer(() => from(log.append(commit))).pipe(
      retryWith({ delayOf: refused, scheduler: time }),
      map(() => {
        if (failing) report({ kind: 'component', name: component, ready: true });
        failing = false;
        return group;
      }),
    );
  };

  const run = pending.pipe(
    groupWhileBusy(append, { ...bounds, sizeOf: ({ settled }) => bytesOf(settled) }),
    mergeMap(group => {
      for (const { settled, acknowledge } of group) {
        for (const event of settled.events) report(event);
        acknowledge();
      }
      return EMPTY;
    }),
  );
  return {
    commit: (settled, acknowledge) => pending.next({ settled, acknowledge }),
    run,
    close: () => pending.complete(),
  };
}
