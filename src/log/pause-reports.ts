import type { Report } from '../records/event.js';

export interface PauseReports {
  /** A commit found no room. */
  refused(bytes: number, hasRecords: boolean): void;
  /** A commit was taken, and none was refused with it. */
  taken(bytes: number, hasRecords: boolean): void;
}

/**
 * Says once that a log has no room, which pauses polling, and once that it has some again. A log that is too full for records may still take
 * state, so only a commit with records ends the pause of one with records.
 */
export function createPauseReports(report: Report, maxBytes: number): PauseReports {
  let paused: 'for-records' | 'for-state' | undefined;
  return {
    refused(bytes, hasRecords) {
      if (paused === undefined) report({ kind: 'log-paused', bytes, maxBytes });
      if (hasRecords) paused = 'for-records';
      else paused ??= 'for-state';
    },
    taken(bytes, hasRecords) {
      if (paused === undefined || (paused === 'for-records' && !hasRecords)) return;
      paused = undefined;
      report({ kind: 'log-resumed', bytes, maxBytes });
    },
  };
}
