import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { stringify } from 'yaml';
import { scratch } from '../e2e/program.js';
import { alerts, rulesFile } from './rules.js';

/** Series of one minute steps, in the notation of `promtool`: `0+5x10` is 0, 5 … 50; `_` is no value. */
type Series = Readonly<Record<string, string>>;

interface Case {
  /** When it is looked at. */
  readonly at: string;
  readonly fires: Series;
  readonly quiet: Series;
}

const at = (labels = ''): string => `{job="financelake", instance="a"${labels && `, ${labels}`}}`;
const [a, b] = ['{job="financelake", instance="a"', '{job="financelake", instance="b"'];
const source = at('source="av"');
const feed = at('feed="f"');
const median = at('feed="f", quantile="0.5"');
const day = at('source="av", limit="25 per 1d"');
const letters = at('code="ohlc-order"');
const calls = (outcome: string): string =>
  `financelake_calls_total${at(`source="av", feed="f", outcome="${outcome}"`)}`;
const files = (outcome: string): string => `financelake_files_total${at(`dataset="d", outcome="${outcome}"`)}`;
const unit = (instance: string): string => `financelake_unit_held${instance}, unit="source/av"}`;
const commits = (le: string): string => `financelake_append_duration_seconds_bucket${at(`le="${le}"`)}`;

/** One case for each alert; both tests below read them. */
const cases: Readonly<Record<string, Case>> = {
  FinanceLakeDown: { at: '5m', fires: { [`up${at()}`]: '1 1 0x10' }, quiet: { [`up${at()}`]: '1 1 0 1x10' } },
  FinanceLakeNotReady: {
    at: '10m',
    fires: { [`financelake_ready${at()}`]: '0x10' },
    quiet: { [`financelake_ready${at()}`]: '0 0 0 1x10' },
  },
  FinanceLakeRestarts: {
    at: '20m',
    fires: { [`process_start_time_seconds${at()}`]: '100x4 400x4 700x4 1000x10' },
    quiet: { [`process_start_time_seconds${at()}`]: '100x9 700x20' },
  },
  FinanceLakeEventLoopSlow: {
    at: '15m',
    fires: { [`nodejs_eventloop_lag_p99_seconds${at()}`]: '0.3x20' },
    quiet: { [`nodejs_eventloop_lag_p99_seconds${at()}`]: '0.3x5 0.02x20' },
  },
  FinanceLakeOpenFiles: {
    at: '15m',
    fires: { [`process_open_fds${at()}`]: '900x20', [`process_max_fds${at()}`]: '1024x20' },
    quiet: { [`process_open_fds${at()}`]: '60x20', [`process_max_fds${at()}`]: '1024x20' },
  },
  FinanceLakeActorStopped: {
    at: '10m',
    fires: { [`financelake_actor_failures_total${at()}`]: '0x5 1x10' },
    quiet: { [`financelake_actor_failures_total${at()}`]: '1x20' },
  },
  FinanceLakeActorRestarts: {
    at: '15m',
    fires: { [`financelake_actor_restarts_total${at()}`]: '0+1x15' },
    quiet: { [`financelake_actor_restarts_total${at()}`]: '0x5 1x15' },
  },
  FinanceLakeCommandsLost: {
    at: '10m',
    fires: { [`financelake_mailbox_lost_total${at()}`]: '0x5 2x10' },
    quiet: { [`financelake_mailbox_lost_total${at()}`]: '0x20' },
  },
  FinanceLakeUnitHeldByNone: {
    at: '10m',
    fires: { [unit(a)]: '1 0x20', [unit(b)]: '0x20' },
    quiet: { [unit(a)]: '1 0x20', [unit(b)]: '0 0 1x20' },
  },
  FinanceLakeUnitHeldTwice: {
    at: '10m',
    fires: { [unit(a)]: '1x20', [unit(b)]: '0 0 1x20' },
    quiet: { [unit(a)]: '1 1 1 0x20', [unit(b)]: '0 0 1x20' },
  },
  FinanceLakeSourceStopped: {
    at: '5m',
    fires: { [`financelake_source_stopped${source}`]: '0 1x10' },
    quiet: { [`financelake_source_stopped${source}`]: '0x10' },
  },
  FinanceLakeQuotaNearlySpent: {
    at: '10m',
    fires: {
      [`financelake_quota_used${day}`]: '24x20',
      [`financelake_quota_max${day}`]: '25x20',
      [`financelake_quota_resets_timestamp_seconds${day}`]: '36000x20',
    },
    quiet: {
      [`financelake_quota_used${day}`]: '24x20',
      [`financelake_quota_max${day}`]: '25x20',
      [`financelake_quota_resets_timestamp_seconds${day}`]: '1200x20',
    },
  },
  FinanceLakeRefusals: {
    at: '40m',
    fires: { [calls('refused')]: '0+10x60', [calls('records')]: '0+90x60' },
    quiet: { [calls('refused')]: '0+1x60', [calls('records')]: '0+99x60' },
  },
  FinanceLakeCallsFail: {
    at: '30m',
    fires: { [calls('unavailable')]: '0+8x60', [calls('malformed')]: '0+1x60', [calls('records')]: '0+3x60' },
    quiet: { [calls('unavailable')]: '0+1x60', [calls('records')]: '0+9x60' },
  },
  FinanceLakeListRefused: {
    at: '90m',
    fires: { [`financelake_list_refusals_total${at('list="mine"')}`]: '_x80 1x30' },
    quiet: { [`financelake_list_refusals_total${at('list="mine"')}`]: '1x100' },
  },
  FinanceLakeSymbolsFail: {
    at: '40m',
    fires: { [`financelake_symbol_failures_total${feed}`]: '0+1x60', [`financelake_feed_symbols${feed}`]: '100x60' },
    quiet: { [`financelake_symbol_failures_total${feed}`]: '0+1x60', [`financelake_feed_symbols${feed}`]: '5000x60' },
  },
  FinanceLakeFeedLate: {
    at: '20m',
    fires: {
      [`financelake_feed_worst_lateness_seconds${feed}`]: '0+60x30',
      [`financelake_feed_cadence_seconds${feed}`]: '10x30',
    },
    // As late, but asked for once an hour only.
    quiet: {
      [`financelake_feed_worst_lateness_seconds${feed}`]: '0+60x30',
      [`financelake_feed_cadence_seconds${feed}`]: '3600x30',
    },
  },
  FinanceLakeFeedStale: {
    at: '60m',
    fires: {
      [`financelake_feed_staleness_seconds${median}`]: '0+60x90',
      [`financelake_feed_cadence_seconds${feed}`]: '60x90',
    },
    // After the open the newest record is of the evening before, until the first one comes.
    quiet: {
      [`financelake_feed_staleness_seconds${median}`]: '0x49 63000x4 60x30',
      [`financelake_feed_cadence_seconds${feed}`]: '60x90',
    },
  },
  FinanceLakeDailyFeedStale: {
    at: '1200m',
    fires: {
      [`financelake_feed_staleness_seconds${median}`]: '86400x1300',
      [`financelake_feed_cadence_seconds${feed}`]: '86400x1300',
    },
    quiet: {
      [`financelake_feed_staleness_seconds${median}`]: '86400x600 0x700',
      [`financelake_feed_cadence_seconds${feed}`]: '86400x1300',
    },
  },
  FinanceLakeDeadLetters: {
    at: '40m',
    fires: {
      [`financelake_ready${at()}`]: '1x60',
      [`financelake_dead_letters_total${letters}`]: '0+5x60',
      [`financelake_records_total${at('feed="f", outcome="fresh"')}`]: '0+100x60',
    },
    quiet: {
      [`financelake_ready${at()}`]: '1x60',
      [`financelake_dead_letters_total${letters}`]: '0+5x60',
      [`financelake_file_rows_total${at('dataset="d", outcome="published"')}`]: '0+10000x60',
    },
  },
  FinanceLakeFilesQuarantined: {
    at: '90m',
    fires: { [files('quarantined')]: '_x80 1x30' },
    quiet: { [files('quarantined')]: '1x100', [files('archived')]: '0+1x100' },
  },
  FinanceLakeLogPaused: {
    at: '5m',
    fires: { [`financelake_log_paused${at()}`]: '0 1x10' },
    quiet: { [`financelake_log_paused${at()}`]: '0x10' },
  },
  FinanceLakeLogNearlyFull: {
    at: '15m',
    fires: { [`financelake_log_bytes${at()}`]: '85x20', [`financelake_log_max_bytes${at()}`]: '100x20' },
    quiet: { [`financelake_log_bytes${at()}`]: '60x20', [`financelake_log_max_bytes${at()}`]: '100x20' },
  },
  FinanceLakeAppendsFail: {
    at: '15m',
    fires: { [`financelake_append_failures_total${at()}`]: '0 0 0+1x20' },
    quiet: { [`financelake_append_failures_total${at()}`]: '3x20' },
  },
  FinanceLakeAppendsSlow: {
    at: '40m',
    fires: { [commits('0.5')]: '0+90x60', [commits('1')]: '0+100x60', [commits('+Inf')]: '0+100x60' },
    quiet: { [commits('0.5')]: '0+100x60', [commits('1')]: '0+100x60', [commits('+Inf')]: '0+100x60' },
  },
  FinanceLakeLogDamaged: {
    at: '90m',
    fires: { [`financelake_log_damaged_records_total${at('topic="t"')}`]: '_x80 10x30' },
    quiet: { [`financelake_log_damaged_records_total${at('topic="t"')}`]: '10x100' },
  },
  FinanceLakeForwarderBehind: {
    at: '15m',
    fires: { [`financelake_backlog_oldest_age_seconds${at()}`]: '0+60x20' },
    quiet: { [`financelake_backlog_oldest_age_seconds${at()}`]: '0 60 120 180 0x20' },
  },
  FinanceLakeBacklogFillsLog: {
    at: '90m',
    fires: {
      [`financelake_log_bytes${at()}`]: '0+10x100',
      [`financelake_log_max_bytes${at()}`]: '2000x100',
      [`financelake_backlog_oldest_age_seconds${at()}`]: '0+60x100',
    },
    // Grows as fast, but Kafka takes everything: the retention frees it.
    quiet: {
      [`financelake_log_bytes${at()}`]: '0+10x100',
      [`financelake_log_max_bytes${at()}`]: '2000x100',
      [`financelake_backlog_oldest_age_seconds${at()}`]: '1x100',
    },
  },
  FinanceLakeRecordsRefused: {
    at: '90m',
    fires: { [`financelake_ship_refused_records_total${at('topic="t", code="too-large"')}`]: '_x80 1x30' },
    quiet: { [`financelake_ship_refused_records_total${at('topic="t", code="too-large"')}`]: '1x100' },
  },
};

const promtool = (...args: readonly string[]) => spawnSync('promtool', args, { encoding: 'utf8' });

/** Runs the rules over series and says what `promtool` has against `expected` alerts firing. */
function disagreement(directory: string, alert: string, series: Series, evalTime: string, expected: 0 | 1): string {
  const file = join(directory, `${alert}-${expected}.yaml`);
  const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
  const expr = `count(ALERTS{alertname="${alert}", alertstate="firing"})`;
  const samples = expected === 1 ? [{ labels: '{}', value: 1 }] : [];
  const check = { expr, eval_time: evalTime, exp_samples: samples };
  const tests = [{ interval: '1m', input_series: input, promql_expr_test: [check] }];
  writeFileSync(file, stringify({ rule_files: [rulesFile], evaluation_interval: '1m', tests }));
  const { status, stdout, stderr, error } = promtool('test', 'rules', file);
  return status === 0 ? '' : `${error ?? ''}${stdout}${stderr}`;
}

test('promtool finds nothing wrong with the rules', t => {
  const { status, stderr, stdout, error } = promtool('check', 'rules', rulesFile);
  t.is(status, 0, `${error ?? ''}${stdout}${stderr}`);
});

test('there is a case for each alert, and no other', t => {
  t.deepEqual(Object.keys(cases).toSorted(), alerts.map(({ alert }) => alert).toSorted());
});

for (const [alert, { at: evalTime, fires, quiet }] of Object.entries(cases))
  test(`${alert} fires when it should, and not otherwise`, t => {
    const directory = scratch(t);
    t.is(disagreement(directory, alert, fires, evalTime, 1), '');
    t.is(disagreement(directory, alert, quiet, evalTime, 0), '');
  });
