/** A JSON Schema, as far as the API needs it. */
export type Schema = Readonly<Record<string, unknown>>;

type Members = Readonly<Record<string, Schema>>;

const object = (required: Members, optional: Members = {}): Schema => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(required),
  properties: { ...required, ...optional },
});
const list = (items: Schema): Schema => ({ type: 'array', items });
const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const whole: Schema = { type: 'integer', minimum: 0 };
const seconds: Schema = { type: 'number', minimum: 0 };
const instant: Schema = { type: 'string', description: 'UTC, ISO-8601 with Z' };
const instantOrNull: Schema = { type: ['string', 'null'], description: 'UTC, ISO-8601 with Z' };

const component = object({ ready: flag }, { reason: text });
const components: Schema = { type: 'object', additionalProperties: component };
const quota = object({ limit: text, used: seconds, max: seconds, resetsAt: instantOrNull });
const learned = object({ limit: text }, { declared: text });
const freshness: Schema = { ...object({ p50: seconds, p90: seconds, max: seconds }), type: ['object', 'null'] };

const feed = object(
  {
    name: text,
    source: text,
    symbols: whole,
    due: whole,
    overdue: whole,
    worstLatenessSeconds: seconds,
    cadenceSeconds: seconds,
    expected: instant,
    freshness,
    records: whole,
    restated: whole,
    rejected: whole,
  },
  { lastRecordAt: instant },
);
const source = object(
  {
    name: text,
    type: text,
    state: oneOf('running', 'paused', 'stopped', 'standby'),
    inFlight: whole,
    calls: whole,
    refused: whole,
    quota: list(quota),
    learned: list(learned),
  },
  { reason: text, until: instant },
);
const log = object(
  {
    identity: text,
    bytes: whole,
    maxBytes: whole,
    topics: list(object({ topic: text, partitions: whole, records: whole })),
  },
  { backlog: object({ records: whole, bytes: whole, oldestSeconds: seconds }) },
);

const fileProgress = object(
  { file: text, dataset: text, bytes: whole, share: seconds, rows: whole, rowsPerSecond: seconds },
  { secondsLeft: seconds },
);
const file = object(
  {
    sha256: text,
    file: text,
    dataset: text,
    state: oneOf('claimed', 'reading', 'published', 'archived', 'quarantined'),
    at: instant,
    bytes: whole,
    rows: whole,
    records: whole,
    rejected: whole,
    skipped: whole,
  },
  { code: text, detail: text, place: text },
);

/** The answers of the API. They describe `view.ts`; a test holds both together. */
export const schemas = {
  readiness: object({ ready: flag, components }, { reason: text }),
  files: object({ waiting: whole, progress: list(fileProgress), recent: list(file) }),
  filesDone: object({ done: list(text), unknown: list(text) }),
  status: object(
    {
      instance: text,
      version: text,
      now: instant,
      ready: flag,
      draining: flag,
      components,
      log,
      sources: list(source),
      feeds: list(feed),
      lists: list(object({ name: text, symbols: whole }, { loadedAt: instant, refused: text })),
      recent: list(object({ at: instant, level: oneOf('info', 'warn', 'error'), text, times: whole })),
    },
    { startedAt: instant, uptimeSeconds: seconds },
  ),
  symbols: list(
    object(
      {
        symbol: text,
        lists: list(text),
        feed: text,
        newest: instantOrNull,
        state: oneOf('new', 'current', 'overdue', 'failing', 'skipped', 'delisted'),
        failures: whole,
      },
      { seenAt: instant, staleSeconds: seconds, reason: text },
    ),
  ),
  quota: list(object({ source: text, quota: list(quota), learned: list(learned) })),
  feeds: list(feed),
  dealt: object({
    done: whole,
    before: whole,
    was: list(object({ id: text, place: text, dealing: oneOf('replayed', 'discarded'), at: instant })),
    staying: whole,
    stay: list(object({ id: text, place: text, code: text, why: text })),
    unknown: list(text),
  }),
  live: object({ live: flag }),
  failure: object({ error: text, message: text }),
} satisfies Record<string, Schema>;

/** What `/api/v1/symbols` can be asked. */
export const symbolsQuery: Schema = object(
  {},
  {
    list: { type: 'string', maxLength: 200, description: 'only symbols of this list' },
    limit: { type: 'integer', minimum: 1, maximum: 1_000_000, description: 'at most so many; all by default' },
    worstFirst: { type: 'boolean', description: 'failing and stalest first; by symbol otherwise' },
    search: { type: 'string', maxLength: 64, description: 'part of the symbol, case ignored' },
  },
);

/** Which dead letters: one of the three. */
export const lettersSelection: Schema = {
  type: 'object',
  oneOf: [
    object({
      letters: {
        type: 'array',
        items: { type: 'string', maxLength: 100 },
        minItems: 1,
        maxItems: 500,
        description: 'ids, or places as PARTITION/OFFSET',
      },
    }),
    object({ code: { type: 'string', maxLength: 100, description: 'all with this reason' } }),
    object({ all: { const: true } }),
  ],
};

/** Which files. */
export const filesSelection: Schema = {
  type: 'object',
  oneOf: [
    object({
      files: {
        type: 'array',
        items: { type: 'string', maxLength: 4_096 },
        minItems: 1,
        maxItems: 500,
        description: 'names, places, or the first eight or more digits of hashes',
      },
    }),
    object({ all: { const: true } }),
  ],
};
