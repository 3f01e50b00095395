import { catchError, defer, from, map, mergeMap, Observable, of, Subject, throwError, timer } from 'rxjs';
import { type Log, LogFailure } from '../log/log.js';
import type { createWriter } from '../log/writer.js';
import type { Report } from '../records/event.js';
import { groupWhileBusy } from '../streams/group-while-busy.js';
import type { Time } from '../streams/time.js';
import type { Settlement } from './settle.js';

interface Pending {
  readonly settlement: Settlement;
  readonly acknowledge: () => void;
}

export interface CommitStage {
  /** Emits nothing and completes when the settlement is on disk. Commits happen in the order of the subscriptions. */
  commit(settlement: Settlement): Observable<never>;
  /** Runs the commits; completes after `close` when the last is acknowledged. */
  readonly run: Observable<never>;
  close(): void;
}

const retryMs = 1_000;

/**
 * Group commit: everything that was settled while the last append ran goes into the next one. Holds at most what lanes have settled
 * and not seen acknowledged. A log that is full or a disk that refuses is tried again with the very same commit until it takes it:
 * nothing is dropped, lanes stay occupied, so polling pauses by itself.
 */
export function createCommitStage(log: Log, writer: ReturnType<typeof createWriter>, time: Time, report: Report): CommitStage {
  const pending = new Subject<Pending>();
  const append = (group: readonly Pending[]): Observable<readonly Pending[]> =>
    defer(() => {
      const { batches, state } = writer.prepare(group.flatMap(one => one.settlement.records));
      const commit = { batches, state: [...state, ...group.flatMap(one => one.settlement.state)] };
      const records = batches.reduce((sum, batch) => sum + batch.records.length, 0);
      const bytes = batches.reduce((sum, batch) => sum + batch.records.reduce((all, one) => all + one.value.length, 0), 0);
      const attempt: Observable<readonly Pending[]> = defer(() => {
        const startedMs = time.monotonicMs();
        return from(log.append(commit)).pipe(
          map(() => {
            report({ kind: 'appended', records, bytes, commitMs: time.monotonicMs() - startedMs });
            return group;
          }),
        );
      }).pipe(
        catchError((error: unknown) => {
          if (!(error instanceof LogFailure) || (error.code !== 'full' && error.code !== 'disk')) return throwError(() => error);
          report({ kind: 'append-failed', reason: error.message, retryMs });
          return timer(retryMs, time).pipe(mergeMap(() => attempt));
        }),
      );
      return attempt;
    });
  const sizeOf = ({ settlement }: Pending): number => settlement.records.reduce((sum, record) => sum + record.value.length, 0);
  const run = pending.pipe(
    groupWhileBusy(append, { maxCount: 1_000, maxBytes: 8 << 20, sizeOf }),
    mergeMap(group => {
      for (const { settlement, acknowledge } of group) {
        for (const event of settlement.events) report(event);
        acknowledge();
      }
      return of<never>();
    }),
  );
  return {
    commit: settlement =>
      new Observable(subscriber => pending.next({ settlement, acknowledge: () => subscriber.complete() })),
    run,
    close: () => pending.complete(),
  };
}
