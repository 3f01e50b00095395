import type { Disposition, RefusalKind } from './outcome-kind.js';

/**
 * Everything that parts report. One place (src/metrics) turns an event into counters and a log line; nobody else logs or counts.
 * Names: `source` is a name in the config, `feed` and `list` too. No event carries a key, a URL with its query, or a body.
 */
export type Event =
  // the run
  | { kind: 'started'; version: string; config: string }
  | { kind: 'ready' }
  | { kind: 'draining'; reason: string; deadlineMs: number }
  | { kind: 'drained'; records: number; calls: number; abandoned: number }
  | { kind: 'lines-lost'; count: number }
  | { kind: 'component'; name: string; ready: boolean; reason?: string }
  // sources
  | { kind: 'permit-granted'; source: string; weight: number; waitedMs: number }
  | { kind: 'quota'; source: string; limit: string; used: number; max: number; resetsAtMs: number | undefined }
  /** Others are declared; `gone` are no longer among them. */
  | { kind: 'limits-changed'; source: string; limits: readonly string[]; gone: readonly string[] }
  | { kind: 'rate-lowered' | 'rate-raised'; source: string; perSecond: number }
  /** All that refusals taught so far, each with the declared limit that it stays below, if there is one. */
  | { kind: 'limits-learned'; source: string; learned: readonly { limit: string; declared?: string }[] }
  | { kind: 'source-paused'; source: string; reason: string; untilMs: number }
  | { kind: 'source-resumed'; source: string }
  | { kind: 'source-stopped'; source: string; reason: string }
  | {
      kind: 'polled';
      source: string;
      feed: string;
      /** `records` … `unavailable`, see outcome-kind.ts */
      outcome: string;
      refusal?: RefusalKind;
      disposition: Disposition;
      symbols: readonly string[];
      elapsedMs: number;
      bytes: number;
      /** How long after its due time the item was permitted. */
      latenessMs: number;
      detail?: string;
    }
  /** The plan does not give as much of the past as was asked for; a hole may stay. */
  | { kind: 'history-denied'; feed: string; reason: string }
  | { kind: 'symbol-failing'; source: string; feed: string; symbol: string; reason: string; failures: number }
  // records
  | {
      kind: 'settled';
      feed: string;
      fresh: number;
      restated: number;
      unchanged: number;
      /** Bars older than the restatement window that reappeared: counted, not published. */
      outside: number;
      rejected: number;
    }
  | { kind: 'published'; feed: string; topic: string; records: number; bytes: number; newestMs: number }
  | { kind: 'dead-letter'; origin: string; code: string; count: number; detail: string }
  | { kind: 'letters-dealt'; dealing: 'replayed' | 'discarded'; count: number }
  | { kind: 'late'; feed: string; overdue: number; worstMs: number; worst: string }
  // lists
  | { kind: 'list-loaded'; list: string; symbols: number; fromStore: boolean }
  | { kind: 'list-changed'; list: string; listed: number; delisted: number; renamed: number; symbols: number }
  | { kind: 'list-refused'; list: string; reason: string; symbols: number; ageMs: number | undefined }
  // log
  | { kind: 'appended'; records: number; bytes: number; commitMs: number }
  | { kind: 'append-failed'; reason: string; retryMs: number }
  | { kind: 'log-size'; bytes: number; maxBytes: number }
  | { kind: 'log-paused' | 'log-resumed'; bytes: number; maxBytes: number }
  | { kind: 'log-damaged'; topic: string; partition: number; offset: number; records: number; reason: string }
  | { kind: 'retained'; topic: string; partition: number; records: number; start: number }
  // Kafka
  | { kind: 'shipped'; topic: string; records: number; bytes: number }
  | { kind: 'ship-failed'; topic: string; code: string }
  /** Records that Kafka will never take. `kept`: as dead letters. */
  | { kind: 'records-refused'; topic: string; partition: number; code: string; count: number; kept: boolean }
  | { kind: 'topic-recreated'; topic: string; partition: number }
  | { kind: 'topic-differs'; topic: string; problem: string }
  | { kind: 'unshipped'; records: number; bytes: number; reason: string | undefined }
  // several instances; a unit is `source/NAME` or `list/NAME`
  | { kind: 'unit-held'; unit: string; epoch: number }
  /** Another instance may have it. `wasHeld`: this one had. */
  | { kind: 'unit-released'; unit: string; wasHeld: boolean }
  | { kind: 'unit-refused'; unit: string; reason: string }
  // files; `file` is the path below the inbox
  | { kind: 'file-rows'; dataset: string; published: number; rejected: number; skipped: number }
  | {
      kind: 'file-archived';
      file: string;
      dataset: string;
      rows: number;
      records: number;
      rejected: number;
      elapsedMs: number;
    }
  | { kind: 'file-quarantined'; file: string; dataset: string; code: string; detail: string; records: number }
  | { kind: 'file-duplicate'; file: string; dataset: string; of: string }
  /** It stays in the inbox. */
  | { kind: 'file-left'; file: string; reason: string }
  // actors
  | { kind: 'actor-restarted'; actor: string; error: string; backoffMs: number }
  | { kind: 'actor-failed'; actor: string; error: string }
  | { kind: 'mailbox-lost'; actor: string; count: number };

export type Report = (event: Event) => void;
