/**
 * What the status page, the API and the verbs show. All of it is plain JSON: times are UTC ISO-8601 with Z, durations are seconds,
 * what is not known is absent (`null` only for `freshness`, `newest`, `resetsAt`, which everybody looks for).
 * Answers are snapshots; asking never changes or waits for anything.
 */
export interface View {
  /** Cheap: a probe asks it every few seconds. */
  readiness(): Readiness;
  status(): Status;
  symbols(query: SymbolsQuery): SymbolsPage;
  quota(): readonly SourceQuota[];
  feeds(): readonly FeedStatus[];
  files(): FilesStatus;
}

export interface Readiness {
  readonly ready: boolean;
  /** True from SIGTERM on; then never ready again. */
  readonly draining: boolean;
  readonly components: Readonly<Record<string, ComponentState>>;
}

export interface ComponentState {
  readonly ready: boolean;
  /** One line for people; present where it is not ready. */
  readonly reason?: string;
}

export interface Status extends Readiness {
  readonly instance: string;
  readonly version: string;
  /** By the clock that all its times go by: ages are taken against it, not against the clock of whoever asks. */
  readonly now: string;
  /** Absent in a view of stored state: nothing runs. */
  readonly startedAt?: string;
  readonly uptimeSeconds?: number;
  readonly log: LogStatus;
  readonly sources: readonly SourceStatus[];
  readonly feeds: readonly FeedStatus[];
  readonly lists: readonly ListStatus[];
  /** Newest last, at most 100. */
  readonly recent: readonly RecentEvent[];
}

export interface LogStatus {
  readonly identity: string;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly topics: readonly TopicStatus[];
  /** With `log.kind: kafka`: what Kafka has not acknowledged. */
  readonly backlog?: BacklogStatus;
}

export interface BacklogStatus {
  readonly records: number;
  /** Reckoned from the oldest of them. */
  readonly bytes: number;
  readonly oldestSeconds: number;
}

export interface TopicStatus {
  readonly topic: string;
  readonly partitions: number;
  /** Records that are still there: end minus start over all partitions. */
  readonly records: number;
}

export interface QuotaStatus {
  /** The limit as people say it: `25 per 1d`. */
  readonly limit: string;
  readonly used: number;
  readonly max: number;
  /** When the window frees quota next; null while nothing is used. */
  readonly resetsAt: string | null;
}

/** What refusals taught of the limits of a source. */
export interface LearnedLimitStatus {
  /** `7/1s`. */
  readonly limit: string;
  /** The declared limit that is not reached for its sake; absent where none of its kind is declared. */
  readonly declared?: string;
}

export interface SourceQuota {
  readonly source: string;
  readonly quota: readonly QuotaStatus[];
  readonly learned: readonly LearnedLimitStatus[];
}

export type SourceState = 'running' | 'paused' | 'stopped' | 'standby';

export interface SourceStatus {
  readonly name: string;
  readonly type: string;
  /** `paused` goes on by itself, `stopped` needs somebody; `standby`: another instance has it, or will take it. */
  readonly state: SourceState;
  readonly reason?: string;
  /** End of the pause. */
  readonly until?: string;
  readonly inFlight: number;
  /** Since the start of the instance. */
  readonly calls: number;
  readonly refused: number;
  readonly quota: readonly QuotaStatus[];
  readonly learned: readonly LearnedLimitStatus[];
}

export interface FeedStatus {
  readonly name: string;
  readonly source: string;
  readonly symbols: number;
  /** Series whose time has come, overdue ones included. */
  readonly due: number;
  readonly overdue: number;
  readonly worstLatenessSeconds: number;
  /** How often each symbol is asked for, as configured. */
  readonly cadenceSeconds: number;
  /** Up to when a record should tell by now: by the feed's calendar, the last close while the market is closed. */
  readonly expected: string;
  /** Null until a series has a record. */
  readonly freshness: Freshness | null;
  /** Since the start of the instance. */
  readonly records: number;
  readonly restated: number;
  readonly rejected: number;
  readonly lastRecordAt?: string;
}

/** Seconds since the newest record of a series, or the end of its session where it has only a date, over the series of a feed that have one. */
export interface Freshness {
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
}

export interface FilesStatus {
  /** Files in the inbox that nobody has taken yet. */
  readonly waiting: number;
  /** Being read. */
  readonly progress: readonly FileProgressStatus[];
  /** Contents that were met, newest first, at most 100. */
  readonly recent: readonly FileStatus[];
}

/** A file that is being read. */
export interface FileProgressStatus {
  readonly file: string;
  readonly dataset: string;
  readonly bytes: number;
  /** 0 to 1. */
  readonly share: number;
  readonly rows: number;
  /** Of this reading, not of one that a crash cut off. */
  readonly rowsPerSecond: number;
  readonly secondsLeft?: number;
}

/** What became of one content. */
export interface FileStatus {
  readonly sha256: string;
  readonly file: string;
  readonly dataset: string;
  readonly state: 'claimed' | 'reading' | 'published' | 'archived' | 'quarantined';
  readonly at: string;
  readonly bytes: number;
  readonly rows: number;
  readonly records: number;
  readonly rejected: number;
  readonly skipped: number;
  /** Why it is quarantined. */
  readonly code?: string;
  readonly detail?: string;
  /** Where it lies: path below the directory of the inbox. */
  readonly place?: string;
}

export interface ListStatus {
  readonly name: string;
  readonly symbols: number;
  readonly loadedAt?: string;
  /** Why the newest version was not taken; the one before it stays in use. */
  readonly refused?: string;
}

export interface RecentEvent {
  readonly at: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
  /** How often it was said; `at` is the last time. */
  readonly times: number;
}

export interface SymbolsQuery {
  readonly list?: string;
  /** All when absent. */
  readonly limit?: number;
  /** Failing and stalest series first; otherwise by symbol. */
  readonly worstFirst?: boolean;
  /** Part of the symbol, case ignored. */
  readonly search?: string;
}

export interface SymbolsPage {
  /** How many fit the query, before the limit. */
  readonly total: number;
  readonly symbols: readonly SymbolStatus[];
}

/** `new` has no record yet; `skipped` is unknown to the source; `delisted` is no longer in its lists. */
export type SymbolState = 'new' | 'current' | 'overdue' | 'failing' | 'skipped' | 'delisted';

/** One symbol in one feed. */
export interface SymbolStatus {
  readonly symbol: string;
  readonly lists: readonly string[];
  readonly feed: string;
  /** Time of the newest record. */
  readonly newest: string | null;
  /** When the newest record was fetched. */
  readonly seenAt?: string;
  /** Seconds since `newest`, or since the end of its session where it has only a date. */
  readonly staleSeconds?: number;
  readonly state: SymbolState;
  /** Failed calls in a row. */
  readonly failures: number;
  readonly reason?: string;
}
