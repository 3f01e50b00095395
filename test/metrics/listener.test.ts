import { readFileSync } from 'node:fs';
import test from 'ava';
import { createListener } from '../../src/metrics/listener.js';
import { createLogger } from '../../src/metrics/logger.js';
import { allowedLabels, type Metric, metrics } from '../../src/metrics/names.js';
import { redactor } from '../../src/metrics/redactor.js';
import { createRegistry } from '../../src/metrics/registry.js';
import { isRoutine } from '../../src/metrics/routine.js';
import { createScrape } from '../../src/metrics/scrape.js';
import { sentenceOf } from '../../src/metrics/sentence.js';
import type { Event } from '../../src/records/event.js';
import { everyEvent, fakeView, handClock, someEvents, startMs } from './fake-view.js';

function listening({ secrets = [] as readonly string[] } = {}) {
  const time = handClock();
  const { view, report } = fakeView(time);
  const registry = createRegistry();
  const redact = redactor(secrets);
  const lines: Record<string, unknown>[] = [];
  const raw: string[] = [];
  const out = {
    write(line: string) {
      raw.push(line);
      lines.push(JSON.parse(line) as Record<string, unknown>);
    },
  };
  const logger = createLogger({ level: 'info', format: 'json', colour: false, redact, out });
  const listen = createListener({ registry, logger, view, time });
  const tell = (event: Event): void => {
    report(event);
    listen(event);
  };
  return { time, view, registry, redact, lines, raw, tell, listen };
}

const polled = (outcome: string): Extract<Event, { kind: 'polled' }> => ({
  kind: 'polled',
  source: 'alphavantage',
  feed: 'daily',
  outcome,
  refusal: 'day',
  disposition: 'wait',
  symbols: ['IBM'],
  elapsedMs: 100,
  bytes: 200,
  latenessMs: 0,
  detail: 'the day is spent',
});

test('the example holds every kind of event, so that each is counted and worded below', t => {
  const source = readFileSync(new URL('../../../src/records/event.ts', import.meta.url), 'utf8');
  const kinds = [...source.matchAll(/kind: ((?:'[\w-]+'(?: \| )?)+)/g)].flatMap(
    ([, union]) => union!.match(/[\w-]+/g)!,
  );
  t.true(kinds.length >= 30);
  t.deepEqual([...new Set(everyEvent.map(event => event.kind))].toSorted(), kinds.toSorted());
});

test('every event moves the metrics it should', async t => {
  const { tell, registry } = listening();
  for (const event of someEvents) tell(event);
  const text = await registry.metrics();
  const value = (series: string) =>
    Number(
      text
        .split('\n')
        .find(line => line.startsWith(`${series} `))
        ?.slice(series.length),
    );

  t.is(value('financelake_calls_total{source="alphavantage",feed="daily",outcome="records"}'), 2);
  t.is(value('financelake_refusals_total{source="alphavantage",code="burst"}'), 1);
  t.is(value('financelake_call_duration_seconds_count{source="alphavantage"}'), 4);
  t.is(value('financelake_call_duration_seconds_bucket{le="0.25",source="alphavantage"}'), 4);
  t.is(value('financelake_received_bytes_total{source="alphavantage"}'), 16_000);
  t.is(value('financelake_quota_spent_total{source="alphavantage"}'), 1);
  t.is(value('financelake_quota_used{source="alphavantage",limit="25 per 1d"}'), 21);
  t.is(value('financelake_quota_max{source="alphavantage",limit="25 per 1d"}'), 25);
  t.is(
    value('financelake_quota_resets_timestamp_seconds{source="alphavantage",limit="25 per 1d"}'),
    startMs / 1000 + 47_000,
  );
  t.is(value('financelake_allowed_calls_per_second{source="alphavantage"}'), 0.75);
  t.is(value('financelake_source_paused{source="alphavantage"}'), 0);
  t.is(value('financelake_source_stopped{source="kraken"}'), 1);
  t.is(value('financelake_records_total{feed="daily",outcome="fresh"}'), 98);
  t.is(value('financelake_records_total{feed="daily",outcome="outside"}'), 4);
  t.is(value('financelake_published_records_total{feed="daily",topic="market.bars"}'), 12_341);
  t.is(value('financelake_newest_record_timestamp_seconds{feed="daily"}'), startMs / 1000);
  t.is(value('financelake_dead_letters_total{code="ohlc-order"}'), 1);
  t.is(value('financelake_list_symbols{list="us-large"}'), 15);
  t.is(value('financelake_list_changes_total{list="us-large",outcome="listed"}'), 2);
  t.is(value('financelake_list_refusals_total{list="mine"}'), 1);
  t.is(value('financelake_appended_records_total'), 12_355);
  t.is(value('financelake_append_failures_total'), 1);
  t.is(value('financelake_log_bytes'), 1_234_567_890);
  t.is(value('financelake_log_paused'), 0);
  t.is(value('financelake_log_damaged_records_total{topic="market.bars"}'), 10);
  t.is(value('financelake_log_expired_records_total{topic="market.bars"}'), 1000);
  t.is(value('financelake_actor_restarts_total'), 1);
  t.is(value('financelake_actor_failures_total'), 1);
  t.is(value('financelake_mailbox_lost_total'), 2);
  t.is(value('financelake_symbol_failures_total{feed="daily"}'), 1);
  t.is(value('financelake_build_info{version="0.1.0"}'), 1);
  // From the view:
  t.is(value('financelake_calls_in_flight{source="alphavantage"}'), 1);
  t.is(value('financelake_feed_overdue{feed="daily"}'), 3);
  t.is(value('financelake_feed_worst_lateness_seconds{feed="daily"}'), 95);
  t.is(value('financelake_feed_freshness_seconds{feed="quotes",quantile="1"}'), 14 * 47);
  t.is(value('financelake_feed_staleness_seconds{feed="quotes",quantile="1"}'), 14 * 47);
  t.is(value('financelake_feed_staleness_seconds{feed="daily",quantile="1"}'), 36 * 3600);
  t.is(value('financelake_feed_cadence_seconds{feed="daily"}'), 86_400);
  t.is(value('financelake_ready'), 1);
  t.true(value('nodejs_eventloop_lag_p99_seconds') >= 0);

  tell({ kind: 'drained', records: 1, calls: 1, abandoned: 3 });
  t.true((await registry.metrics()).includes('financelake_abandoned_calls_total 3'));
});

test('one source with three feeds and two lists stays within 300 series when all that can happen has happened', async t => {
  const feeds = ['daily', 'quotes', 'minutes'];
  const limits = ['1/1s', '75/1m', '500/1h', '25/1d'];
  const topics = ['market.bars', 'market.quotes', 'market.symbols', 'market.dead-letters'];
  const outcomes = 'records unchanged empty refused denied unknown-symbol malformed unavailable'.split(' ');
  const codes =
    'not-a-number negative zero-price ohlc-order future stale jump bad-time missing-value bad-number conflict other-symbol malformed unavailable';
  const source = 'alphavantage';
  const fake = fakeView(handClock()).view;
  const feed = fake.status().feeds.find(({ freshness }) => freshness !== null)!;
  const view = {
    status: () => ({
      ...fake.status(),
      feeds: feeds.map(name => ({ ...feed, name })),
      sources: fake.status().sources.slice(0, 1),
    }),
  };
  const registry = createRegistry();
  const out = { write: () => undefined };
  const logger = createLogger({ level: 'error', format: 'json', colour: false, redact: redactor([]), out });
  const tell = createListener({ registry, logger, view, time: handClock() });
  for (const event of everyEvent) if (!('source' in event) || event.source === source) tell(event);
  for (const name of feeds) {
    for (const outcome of outcomes) tell({ ...polled(outcome), feed: name });
    tell({ kind: 'symbol-failing', source, feed: name, symbol: 'IBM', reason: 'malformed', failures: 3 });
    tell({ kind: 'settled', feed: name, fresh: 1, restated: 1, unchanged: 1, outside: 1, rejected: 1 });
    for (const topic of topics.slice(0, 1))
      tell({ kind: 'published', feed: name, topic, records: 1, bytes: 1, newestMs: startMs });
  }
  for (const refusal of ['burst', 'minute', 'day', 'concurrency'] as const) tell({ ...polled('refused'), refusal });
  for (const limit of limits) tell({ kind: 'quota', source, limit, used: 1, max: 1, resetsAtMs: startMs });
  for (const code of codes.split(' ')) tell({ kind: 'dead-letter', origin: 'feed/daily', code, count: 1, detail: '' });
  for (const topic of topics) {
    tell({ kind: 'log-damaged', topic, partition: 0, offset: 0, records: 1, reason: 'checksum' });
    tell({ kind: 'retained', topic, partition: 0, records: 1, start: 1 });
  }
  // So that the process has collected garbage in every way that it can.
  for (const kind of ['major', 'minor', 'incremental', 'weakcb']) {
    const gc = registry.getSingleMetric('nodejs_gc_duration_seconds') as unknown as Record<
      string,
      (...given: unknown[]) => void
    >;
    gc.observe!({ kind }, 0.001);
  }
  const series = (await registry.metrics()).split('\n').filter(line => line !== '' && !line.startsWith('#'));
  t.log(`${series.length} series`);
  t.true(series.length > 200);
  t.true(series.length <= 300, `${series.length} series`);
  t.false(series.some(line => line.includes('space=')));
});

test('a thousand symbols make no more series than one', async t => {
  const { tell, registry } = listening();
  const lines = async () =>
    (await registry.metrics()).split('\n').filter(line => line.startsWith('financelake_')).length;
  tell(polled('records'));
  const before = await lines();
  for (let n = 0; n < 1000; n++) {
    tell({ ...polled('records'), symbols: [`S${n}`], detail: `odd ${n}` });
    tell({ kind: 'late', feed: 'daily', overdue: n, worstMs: n, worst: `S${n}` });
  }
  t.is(await lines(), before);
});

test('labels come from the configuration or a fixed table, never from data', t => {
  for (const { name, labels, type } of Object.values<Metric>(metrics)) {
    for (const label of labels) t.true(allowedLabels.includes(label), `${name} {${label}}`);
    t.is(name.endsWith('_total'), type === 'counter', name);
  }
});

test('docs/metrics.md and the program list the same metrics, types and labels', t => {
  const docs = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = docs.split('\n').filter(line => line.startsWith('| `financelake_'));
  const listed = rows.map(row => row.slice(2, -2).split(' | '));
  const declared = Object.values<Metric>(metrics).map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map(label => `\`${label}\``).join(', '),
    help,
  ]);
  t.deepEqual(listed, declared);
  const named = docs.match(/financelake_[a-z_]+/g) ?? [];
  const known = new Set<string>(Object.values(metrics).map(metric => metric.name));
  t.deepEqual(
    [...new Set(named)].filter(name => !known.has(name)),
    [],
  );
});

test('what a feed or source no longer has leaves no old value behind', async t => {
  const time = handClock();
  const { view } = fakeView(time);
  const registry = createRegistry();
  const logger = createLogger({
    level: 'error',
    format: 'json',
    colour: false,
    redact: redactor([]),
    out: { write: () => undefined },
  });
  let feeds = view.status().feeds;
  createListener({ registry, logger, view: { status: () => ({ ...view.status(), feeds }) }, time });
  t.true((await registry.metrics()).includes('financelake_feed_symbols{feed="quotes"}'));
  feeds = feeds.slice(0, 1);
  time.pass(1000);
  const text = await registry.metrics();
  t.true(text.includes('financelake_feed_symbols{feed="daily"} 14'));
  t.false(text.includes('quotes'));
});

test('a limit that is declared no more leaves no old value behind', async t => {
  const { tell, registry } = listening();
  const quota = (limit: string) =>
    ({ kind: 'quota', source: 's', limit, used: 3, max: 25, resetsAtMs: startMs }) as const;
  for (const event of [quota('25/1d'), quota('1/1s')]) tell(event);
  tell({ kind: 'limits-changed', source: 's', limits: ['500/1d', '1/1s'], gone: ['25/1d'] });
  const lines = (await registry.metrics()).split('\n').filter(line => /^financelake_quota_.*source="s"/.test(line));
  t.is(lines.filter(line => line.includes('limit="1/1s"')).length, 3);
  t.is(lines.filter(line => line.includes('limit="25/1d"')).length, 0);
});

test('routine is quiet, a wait is information, and what needs a human is an error', t => {
  const level = (event: Event) => sentenceOf(event).level;
  t.is(level({ ...polled('records'), disposition: 'done' }), 'debug');
  t.is(level(polled('refused')), 'info');
  t.is(level({ ...polled('malformed'), disposition: 'retry' }), 'warn');
  t.is(level({ ...polled('denied'), disposition: 'stop' }), 'error');
  t.is(level({ kind: 'published', feed: 'f', topic: 't', records: 1, bytes: 1, newestMs: 0 }), 'debug');
  t.is(level({ kind: 'drained', records: 1, calls: 1, abandoned: 0 }), 'info');
  t.is(level({ kind: 'drained', records: 1, calls: 1, abandoned: 1 }), 'error');
  t.is(level({ kind: 'list-refused', list: 'l', reason: 'r', symbols: 3, ageMs: undefined }), 'warn');
  t.is(level({ kind: 'list-refused', list: 'l', reason: 'r', symbols: 0, ageMs: undefined }), 'error');
  t.is(level({ kind: 'log-paused', bytes: 1, maxBytes: 1 }), 'error');
  t.is(level({ kind: 'mailbox-lost', actor: 'a', count: 1 }), 'error');
});

test('what is routine is exactly what is worded at level debug', t => {
  const done = { ...polled('records'), disposition: 'done' } as const;
  for (const event of [...everyEvent, done, polled('refused')])
    t.is(isRoutine(event), sentenceOf(event).level === 'debug', event.kind);
});

test('every event has a sentence without gaps', t => {
  for (const event of everyEvent) {
    const { text } = sentenceOf(event);
    t.regex(text, /^\S.*\S$/);
    t.notRegex(text, /undefined|NaN|\[object/);
  }
  const endless = { kind: 'source-paused', source: 's', reason: 'r', untilMs: Number.POSITIVE_INFINITY } as const;
  t.is(sentenceOf(endless).text, 's pauses until further notice: r');
});

test('a refusal that repeats is said once, then summed up each minute', t => {
  const { tell, time, lines } = listening();
  const said = () => lines.map(line => line.msg);
  for (let n = 0; n < 50; n++) {
    tell(polled('refused'));
    time.pass(1000);
  }
  t.is(lines.length, 1);
  t.is(lines[0]?.msg, 'alphavantage: refused (day) for daily IBM: the day is spent');
  time.pass(10_000);
  tell(polled('refused'));
  t.is(said()[1], 'alphavantage: refused (day) for daily IBM: the day is spent (49 like this in the last minute)');
  tell({ ...polled('refused'), refusal: 'burst' });
  t.regex(String(said()[2]), /refused \(burst\)/);
  tell({ kind: 'draining', reason: 'SIGTERM', deadlineMs: 30_000 });
  t.deepEqual(said().slice(3), [
    'Stopping (SIGTERM): finishing within 30 s',
    'alphavantage: refused (day) for daily IBM: the day is spent',
  ]);
  t.is(lines.length, 5);
});

test('no dozen of decimals gets into a line', t => {
  const { tell, raw } = listening();
  tell({ ...polled('refused'), latenessMs: 0.1 + 0.2, elapsedMs: 1234.567890123 });
  t.like(JSON.parse(raw[0]!), { latenessMs: 0.3, elapsedMs: 1234.568 });
});

test('another reason is said at once, the same with other numbers is not', t => {
  const { tell, lines } = listening();
  const refused = (reason: string): void => tell({ kind: 'list-refused', list: 'l', reason, symbols: 3, ageMs: 1 });
  refused('12 of 40 symbols are gone');
  refused('13 of 40 symbols are gone');
  t.is(lines.length, 1);
  refused('HTTP 503');
  tell({ kind: 'append-failed', reason: 'the disk is full; 900 bytes are free', retryMs: 100 });
  tell({ kind: 'append-failed', reason: 'the disk is full; 800 bytes are free', retryMs: 200 });
  tell({ kind: 'append-failed', reason: 'mounted read only', retryMs: 200 });
  t.is(lines.length, 4);
});

test('a fault that comes back after a quiet minute is said at once again', t => {
  const { tell, time, lines } = listening();
  tell(polled('refused'));
  time.pass(120_000);
  tell({ kind: 'ready' });
  tell(polled('refused'));
  t.is(lines.length, 3);
});

test('an unbounded number of different faults is held in bounded memory and all of it is written', t => {
  const { tell, lines } = listening();
  for (let n = 0; n < 2000; n++) tell({ kind: 'mailbox-lost', actor: `actor-${n}`, count: 1 });
  t.is(lines.length, 2000);
  tell({ kind: 'mailbox-lost', actor: 'actor-0', count: 1 });
  t.is(lines.length, 2001, 'actor-0 was forgotten, so it is said again');
});

test('a log line carries the event as fields, with long symbol lists cut', t => {
  const { tell, lines } = listening();
  tell({ ...polled('refused'), symbols: Array.from({ length: 100 }, (_, n) => `S${n}`) });
  const { level, time, msg, event, symbols, symbolCount, source } = lines[0]!;
  t.deepEqual([level, event, source, symbolCount], ['info', 'polled', 'alphavantage', 100]);
  t.deepEqual(symbols, ['S0', 'S1', 'S2', 'S3', 'S4']);
  t.regex(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  t.regex(String(msg), /for daily 100 symbols/);
});

test('a secret that slips into an event reaches neither the log nor the metrics', async t => {
  const secrets = ['CANARY+7/secret'];
  const { tell, raw, registry, redact, time } = listening({ secrets });
  tell({ ...polled('refused'), detail: `your key CANARY+7/secret is spent, see ?apikey=CANARY%2B7%2Fsecret` });
  tell({ kind: 'dead-letter', origin: 'o', code: 'CANARY+7/secret', count: 1, detail: 'x' });
  const text = raw.join('') + (await createScrape(registry, redact, time)());
  t.notRegex(text, /CANARY/);
  t.true(text.includes('your key *** is spent, see ?apikey=***'));
  t.true(text.includes('financelake_dead_letters_total{code="***"} 1'));
});

test('the metrics text is made at most once a second', async t => {
  const { registry, redact, time, tell } = listening();
  const scrape = createScrape(registry, redact, time);
  const first = await scrape();
  tell({ kind: 'append-failed', reason: 'x', retryMs: 1 });
  t.is(await scrape(), first);
  time.pass(1000);
  t.true((await scrape()).includes('financelake_append_failures_total 1'));
});
