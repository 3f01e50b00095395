/** One metric: base units, `_total` on counters; every label takes few values, all from the configuration or from a fixed table. */
export interface Metric {
  readonly name: `financelake_${string}`;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const waits = [0.1, 1, 10, 60, 600, 3600, 21_600] as const;

/** Every metric of ours, once. `docs/metrics.md` lists the same; a test compares both. Ratios and rates are left to the query. */
export const metrics = {
  buildInfo: {
    name: 'financelake_build_info',
    type: 'gauge',
    help: 'Always 1; the label says which version runs.',
    labels: ['version'],
  },
  ready: {
    name: 'financelake_ready',
    type: 'gauge',
    help: '1 while the instance is ready, 0 before that and while it drains.',
    labels: [],
  },
  calls: {
    name: 'financelake_calls_total',
    type: 'counter',
    help: 'Calls to a source, by what they came to.',
    labels: ['source', 'feed', 'outcome'],
  },
  refusals: {
    name: 'financelake_refusals_total',
    type: 'counter',
    help: 'Calls that the source refused; the code says which limit it named (burst, minute, day, concurrency).',
    labels: ['source', 'code'],
  },
  callSeconds: {
    name: 'financelake_call_duration_seconds',
    type: 'histogram',
    help: 'Time from sending a call to the end of its answer.',
    labels: ['source'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  callLateness: {
    name: 'financelake_call_lateness_seconds',
    type: 'histogram',
    help: 'How long after its due time a call was permitted.',
    labels: ['feed'],
    buckets: waits,
  },
  receivedBytes: {
    name: 'financelake_received_bytes_total',
    type: 'counter',
    help: 'Bytes of answers after decoding.',
    labels: ['source'],
  },
  abandonedCalls: {
    name: 'financelake_abandoned_calls_total',
    type: 'counter',
    help: 'Calls in flight that were given up when the drain deadline came.',
    labels: [],
  },
  inFlight: {
    name: 'financelake_calls_in_flight',
    type: 'gauge',
    help: 'Calls that were permitted and have not ended.',
    labels: ['source'],
  },
  quotaSpent: {
    name: 'financelake_quota_spent_total',
    type: 'counter',
    help: 'Weight of all permits that were granted.',
    labels: ['source'],
  },
  permitWait: {
    name: 'financelake_permit_wait_seconds',
    type: 'histogram',
    help: 'How long a granted permit had been waited for.',
    labels: ['source'],
    buckets: waits,
  },
  quotaUsed: {
    name: 'financelake_quota_used',
    type: 'gauge',
    help: 'Weight that counts against a limit at the moment.',
    labels: ['source', 'limit'],
  },
  quotaMax: {
    name: 'financelake_quota_max',
    type: 'gauge',
    help: 'Weight that a limit allows in its window.',
    labels: ['source', 'limit'],
  },
  quotaResets: {
    name: 'financelake_quota_resets_timestamp_seconds',
    type: 'gauge',
    help: 'When a limit frees quota next, as Unix time; absent while nothing is used.',
    labels: ['source', 'limit'],
  },
  allowedRate: {
    name: 'financelake_allowed_calls_per_second',
    type: 'gauge',
    help: 'Rate learned from refusals; absent until the source has refused once.',
    labels: ['source'],
  },
  sourcePaused: {
    name: 'financelake_source_paused',
    type: 'gauge',
    help: '1 while a source waits and will go on by itself.',
    labels: ['source'],
  },
  sourceStopped: {
    name: 'financelake_source_stopped',
    type: 'gauge',
    help: '1 while a source has stopped and somebody must look (bad key, not entitled).',
    labels: ['source'],
  },
  records: {
    name: 'financelake_records_total',
    type: 'counter',
    help: 'Observations in answers, by what became of them (fresh, restated, unchanged, outside, rejected).',
    labels: ['feed', 'outcome'],
  },
  published: {
    name: 'financelake_published_records_total',
    type: 'counter',
    help: 'Records that were committed to a topic.',
    labels: ['feed', 'topic'],
  },
  publishedBytes: {
    name: 'financelake_published_bytes_total',
    type: 'counter',
    help: 'Bytes of the records that were committed to a topic.',
    labels: ['feed', 'topic'],
  },
  newestRecord: {
    name: 'financelake_newest_record_timestamp_seconds',
    type: 'gauge',
    help: 'Time of the newest record that a feed has published, as Unix time.',
    labels: ['feed'],
  },
  deadLetters: {
    name: 'financelake_dead_letters_total',
    type: 'counter',
    help: 'Rows and answers that could not be used and were kept as dead letters, by reason.',
    labels: ['code'],
  },
  freshness: {
    name: 'financelake_feed_freshness_seconds',
    type: 'gauge',
    help: 'Age of the newest record of a series, over the series of a feed (quantile 1 is the stalest).',
    labels: ['feed', 'quantile'],
  },
  feedSymbols: {
    name: 'financelake_feed_symbols',
    type: 'gauge',
    help: 'Symbols that a feed polls.',
    labels: ['feed'],
  },
  feedOverdue: {
    name: 'financelake_feed_overdue',
    type: 'gauge',
    help: 'Series of a feed whose due time has passed.',
    labels: ['feed'],
  },
  feedLateness: {
    name: 'financelake_feed_worst_lateness_seconds',
    type: 'gauge',
    help: 'How long the most overdue series of a feed has been due.',
    labels: ['feed'],
  },
  failingSymbols: {
    name: 'financelake_symbol_failures_total',
    type: 'counter',
    help: 'Reports that a symbol keeps failing.',
    labels: ['feed'],
  },
  listSymbols: {
    name: 'financelake_list_symbols',
    type: 'gauge',
    help: 'Symbols in a list.',
    labels: ['list'],
  },
  listChanges: {
    name: 'financelake_list_changes_total',
    type: 'counter',
    help: 'Changes of a list (listed, delisted, renamed).',
    labels: ['list', 'outcome'],
  },
  listRefusals: {
    name: 'financelake_list_refusals_total',
    type: 'counter',
    help: 'New versions of a list that were not believed; the old one stays in use.',
    labels: ['list'],
  },
  appended: {
    name: 'financelake_appended_records_total',
    type: 'counter',
    help: 'Records that the log has flushed to disk.',
    labels: [],
  },
  appendedBytes: {
    name: 'financelake_appended_bytes_total',
    type: 'counter',
    help: 'Bytes that the log has flushed to disk.',
    labels: [],
  },
  appendSeconds: {
    name: 'financelake_append_duration_seconds',
    type: 'histogram',
    help: 'Time of one commit, flush included.',
    labels: [],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  },
  appendFailures: {
    name: 'financelake_append_failures_total',
    type: 'counter',
    help: 'Commits that the log refused and that are tried again.',
    labels: [],
  },
  logBytes: {
    name: 'financelake_log_bytes',
    type: 'gauge',
    help: 'Size of the log on disk.',
    labels: [],
  },
  logMaxBytes: {
    name: 'financelake_log_max_bytes',
    type: 'gauge',
    help: 'Hard cap of the log; beyond it polling pauses.',
    labels: [],
  },
  logPaused: {
    name: 'financelake_log_paused',
    type: 'gauge',
    help: '1 while polling pauses because the log is full.',
    labels: [],
  },
  logDamaged: {
    name: 'financelake_log_damaged_records_total',
    type: 'counter',
    help: 'Records that were found damaged in the log and set aside.',
    labels: ['topic'],
  },
  retained: {
    name: 'financelake_log_expired_records_total',
    type: 'counter',
    help: 'Oldest records that were removed to stay within the retention.',
    labels: ['topic'],
  },
  actorRestarts: {
    name: 'financelake_actor_restarts_total',
    type: 'counter',
    help: 'Actors that threw and were started again.',
    labels: [],
  },
  actorFailures: {
    name: 'financelake_actor_failures_total',
    type: 'counter',
    help: 'Actors that spent their restart budget and stopped.',
    labels: [],
  },
  mailboxLost: {
    name: 'financelake_mailbox_lost_total',
    type: 'counter',
    help: 'Commands that a full mailbox did not take.',
    labels: [],
  },
} as const satisfies Record<string, Metric>;

/** Labels that any metric may carry. A symbol, a URL or an error text never becomes one. */
export const allowedLabels = ['source', 'feed', 'list', 'outcome', 'limit', 'code', 'topic', 'quantile', 'version'];
