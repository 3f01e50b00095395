type Name = `financelake_${string}`;

/** One metric: base units, `_total` on counters; every label takes few values, all from the configuration or from a fixed table. */
export interface Metric {
  readonly name: Name;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const counter = <const L extends readonly string[]>(name: `${Name}_total`, labels: L, help: string) =>
  ({ type: 'counter', name, labels, help }) as const;
const gauge = <const L extends readonly string[]>(name: Name, labels: L, help: string) =>
  ({ type: 'gauge', name, labels, help }) as const;
const histogram = <const L extends readonly string[]>(
  name: `${Name}_seconds`,
  labels: L,
  help: string,
  buckets: readonly number[],
) => ({ type: 'histogram', name, labels, help, buckets }) as const;

const waits = [0.1, 1, 10, 60, 600, 3600, 21_600];

/** Every metric of ours, once. `docs/metrics.md` lists the same; a test compares both. Ratios and rates are left to the query. */
export const metrics = {
  buildInfo: gauge('financelake_build_info', ['version'], 'Always 1; the label says which version runs.'),
  ready: gauge('financelake_ready', [], '1 while the instance is ready, 0 before that and while it drains.'),
  calls: counter('financelake_calls_total', ['source', 'feed', 'outcome'], 'Calls to a source, by what they came to.'),
  refusals: counter(
    'financelake_refusals_total',
    ['source', 'code'],
    'Calls that the source refused; the code says which limit it named (burst, minute, day, concurrency).',
  ),
  callSeconds: histogram(
    'financelake_call_duration_seconds',
    ['source'],
    'Time from sending a call to the end of its answer.',
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  ),
  callLateness: histogram(
    'financelake_call_lateness_seconds',
    ['feed'],
    'How long after its due time a call was permitted.',
    waits,
  ),
  receivedBytes: counter('financelake_received_bytes_total', ['source'], 'Bytes of answers after decoding.'),
  abandonedCalls: counter(
    'financelake_abandoned_calls_total',
    [],
    'Calls in flight that were given up when the drain deadline came.',
  ),
  inFlight: gauge('financelake_calls_in_flight', ['source'], 'Calls that were permitted and have not ended.'),
  quotaSpent: counter('financelake_quota_spent_total', ['source'], 'Weight of all permits that were granted.'),
  permitWait: histogram(
    'financelake_permit_wait_seconds',
    ['source'],
    'How long a granted permit had been waited for.',
    waits,
  ),
  quotaUsed: gauge('financelake_quota_used', ['source', 'limit'], 'Weight that counts against a limit at the moment.'),
  quotaMax: gauge('financelake_quota_max', ['source', 'limit'], 'Weight that a limit allows in its window.'),
  quotaResets: gauge(
    'financelake_quota_resets_timestamp_seconds',
    ['source', 'limit'],
    'When a limit frees quota next, as Unix time; absent while nothing is used.',
  ),
  allowedRate: gauge(
    'financelake_allowed_calls_per_second',
    ['source'],
    'Rate learned from refusals; absent until the source has refused once.',
  ),
  sourcePaused: gauge('financelake_source_paused', ['source'], '1 while a source waits and will go on by itself.'),
  sourceStopped: gauge(
    'financelake_source_stopped',
    ['source'],
    '1 while a source has stopped and somebody must look (bad key, not entitled).',
  ),
  records: counter(
    'financelake_records_total',
    ['feed', 'outcome'],
    'Observations in answers, by what became of them (fresh, restated, unchanged, outside, rejected).',
  ),
  published: counter(
    'financelake_published_records_total',
    ['feed', 'topic'],
    'Records that were committed to a topic.',
  ),
  publishedBytes: counter(
    'financelake_published_bytes_total',
    ['feed', 'topic'],
    'Bytes of the records that were committed to a topic.',
  ),
  newestRecord: gauge(
    'financelake_newest_record_timestamp_seconds',
    ['feed'],
    'Time of the newest record that a feed has published, as Unix time.',
  ),
  deadLetters: counter(
    'financelake_dead_letters_total',
    ['code'],
    'Rows and answers that could not be used and were kept as dead letters, by reason.',
  ),
  freshness: gauge(
    'financelake_feed_freshness_seconds',
    ['feed', 'quantile'],
    'Age of the newest record of a series (from the end of its session where it has only a date), over the series of a feed (quantile 1 is the stalest).',
  ),
  staleness: gauge(
    'financelake_feed_staleness_seconds',
    ['feed', 'quantile'],
    'How far the newest record of a series lies behind what the calendar of its feed lets expect, over the series of a feed; does not grow while the market is closed.',
  ),
  feedCadence: gauge(
    'financelake_feed_cadence_seconds',
    ['feed'],
    'How often a feed asks for each symbol, as configured.',
  ),
  feedSymbols: gauge('financelake_feed_symbols', ['feed'], 'Symbols that a feed polls.'),
  feedOverdue: gauge('financelake_feed_overdue', ['feed'], 'Series of a feed whose due time has passed.'),
  feedLateness: gauge(
    'financelake_feed_worst_lateness_seconds',
    ['feed'],
    'How long the most overdue series of a feed has been due.',
  ),
  failingSymbols: counter('financelake_symbol_failures_total', ['feed'], 'Reports that a symbol keeps failing.'),
  listSymbols: gauge('financelake_list_symbols', ['list'], 'Symbols in a list.'),
  listChanges: counter(
    'financelake_list_changes_total',
    ['list', 'outcome'],
    'Changes of a list (listed, delisted, renamed).',
  ),
  listRefusals: counter(
    'financelake_list_refusals_total',
    ['list'],
    'New versions of a list that were not believed; the old one stays in use.',
  ),
  appended: counter('financelake_appended_records_total', [], 'Records that the log has flushed to disk.'),
  appendedBytes: counter('financelake_appended_bytes_total', [], 'Bytes that the log has flushed to disk.'),
  appendSeconds: histogram(
    'financelake_append_duration_seconds',
    [],
    'Time of one commit, flush included.',
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  ),
  appendFailures: counter(
    'financelake_append_failures_total',
    [],
    'Commits that the log refused and that are tried again.',
  ),
  logBytes: gauge('financelake_log_bytes', [], 'Size of the log on disk.'),
  logMaxBytes: gauge('financelake_log_max_bytes', [], 'Hard cap of the log; beyond it polling pauses.'),
  logPaused: gauge('financelake_log_paused', [], '1 while polling pauses because the log or its disk is full.'),
  logDamaged: counter(
    'financelake_log_damaged_records_total',
    ['topic'],
    'Records that were found damaged in the log and set aside.',
  ),
  retained: counter(
    'financelake_log_expired_records_total',
    ['topic'],
    'Oldest records that were removed to stay within the retention.',
  ),
  shipped: counter('financelake_shipped_records_total', ['topic'], 'Records that Kafka has acknowledged.'),
  shippedBytes: counter(
    'financelake_shipped_bytes_total',
    ['topic'],
    'Bytes of the records that Kafka has acknowledged.',
  ),
  shipFailures: counter(
    'financelake_ship_failures_total',
    ['topic', 'code'],
    'Times that shipping of a partition to Kafka began to fail, by reason; it is tried again until it succeeds.',
  ),
  recordsRefused: counter(
    'financelake_ship_refused_records_total',
    ['topic', 'code'],
    'Records that Kafka will never take, by reason; they are kept as dead letters.',
  ),
  topicsRecreated: counter(
    'financelake_ship_restarts_total',
    ['topic'],
    'Partitions of topics that were found deleted and made again, and to which the kept records were shipped again.',
  ),
  files: counter(
    'financelake_files_total',
    ['dataset', 'outcome'],
    'Files that came to their end: archived, quarantined, or a duplicate of one that was published.',
  ),
  fileRows: counter(
    'financelake_file_rows_total',
    ['dataset', 'outcome'],
    'Rows of files: published as records, rejected to the dead letters, or skipped because the dataset leaves them out.',
  ),
  unitHeld: gauge(
    'financelake_unit_held',
    ['unit'],
    '1 while this instance runs the source or list, 0 while it stands by; nothing with `scale: one`.',
  ),
  backlogRecords: gauge('financelake_backlog_records', [], 'Records in the local log that Kafka has not acknowledged.'),
  backlogBytes: gauge('financelake_backlog_bytes', [], 'Bytes of those records, reckoned from the oldest of them.'),
  backlogAge: gauge(
    'financelake_backlog_oldest_age_seconds',
    [],
    'Age of the oldest record that Kafka has not acknowledged; 0 while none waits.',
  ),
  linesLost: counter('financelake_log_lines_lost_total', [], 'Log lines that standard error did not take.'),
  actorRestarts: counter('financelake_actor_restarts_total', [], 'Actors that threw and were started again.'),
  actorFailures: counter('financelake_actor_failures_total', [], 'Actors that spent their restart budget and stopped.'),
  mailboxLost: counter('financelake_mailbox_lost_total', [], 'Commands that a full mailbox did not take.'),
} satisfies Record<string, Metric>;

/** Labels that any metric may carry. A symbol, a URL or an error text never becomes one. */
export const allowedLabels = [
  'dataset',
  'source',
  'feed',
  'unit',
  'list',
  'outcome',
  'limit',
  'code',
  'topic',
  'quantile',
  'version',
];
