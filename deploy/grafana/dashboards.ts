import type { Dashboard, Panel, Query, Unit } from './dashboard.js';

const own = '{instance=~"$instance"}';
const and = (labels: string): string => `{instance=~"$instance", ${labels}}`;
const rate = (series: string): string => `rate(${series}[$__rate_interval])`;
const sum = (by: string, expr: string): string => `sum by (${by}) (${expr})`;
const quantile = (q: number, by: string, metric: string): string =>
  `histogram_quantile(${q}, ${sum(`${by}le`, rate(`${metric}_bucket${own}`))})`;

const graph = (title: string, unit: Unit, description: string, ...queries: readonly Query[]): Panel => ({
  kind: 'timeseries',
  title,
  unit,
  description,
  queries,
});
const stat = (title: string, unit: Unit, description: string, ...queries: readonly Query[]): Panel => ({
  ...graph(title, unit, description, ...queries),
  kind: 'stat',
});

const feeds: Dashboard = {
  uid: 'financelake-feeds',
  title: 'FinanceLake: feeds and quota',
  rows: [
    {
      title: 'At a glance',
      panels: [
        stat('Ready', 'bool_yes_no', 'Not ready: /readyz says why.', [`financelake_ready${own}`, '{{instance}}']),
        stat('Version', 'short', 'Which version runs where.', [
          `financelake_build_info${own}`,
          '{{instance}} {{version}}',
        ]),
        stat('Sources that stopped', 'bool_yes_no', 'Somebody must look: the key is not known or not entitled.', [
          `financelake_source_stopped${own}`,
          '{{source}}',
        ]),
      ],
    },
    {
      title: 'Feeds',
      panels: [
        graph(
          'Behind the market',
          's',
          'Half of the symbols are at most so far behind what their calendar lets expect.',
          [`financelake_feed_staleness_seconds${and('quantile="0.5"')}`, '{{feed}} median'],
        ),
        graph('Age of the newest records', 's', 'Grows while the market is closed.', [
          `financelake_feed_freshness_seconds${and('quantile="0.9"')}`,
          '{{feed}} 90 %',
        ]),
        graph(
          'Worst lateness',
          's',
          'How long the most overdue symbol has been due, and how often each is asked for.',
          [`financelake_feed_worst_lateness_seconds${own}`, '{{feed}}'],
          [`financelake_feed_cadence_seconds${own}`, '{{feed}} cadence'],
        ),
        graph(
          'Symbols',
          'short',
          'Polled and overdue.',
          [`financelake_feed_symbols${own}`, '{{feed}}'],
          [`financelake_feed_overdue${own}`, '{{feed}} overdue'],
        ),
        graph('Observations', 'cps', 'What became of what answers held.', [
          sum('outcome', rate(`financelake_records_total${own}`)),
          '{{outcome}}',
        ]),
        graph('Published records', 'cps', 'Committed to the log.', [
          sum('feed, topic', rate(`financelake_published_records_total${own}`)),
          '{{feed}} {{topic}}',
        ]),
        graph('Published bytes', 'Bps', 'Committed to the log.', [
          sum('feed, topic', rate(`financelake_published_bytes_total${own}`)),
          '{{feed}} {{topic}}',
        ]),
        stat('Newest record', 'dateTimeFromNow', 'Time of the newest record of a feed.', [
          `1000 * financelake_newest_record_timestamp_seconds${own}`,
          '{{feed}}',
        ]),
        graph(
          'Dead letters and failing symbols',
          'cps',
          'What could not be used, by reason, and reports of symbols that keep failing.',
          [sum('code', rate(`financelake_dead_letters_total${own}`)), '{{code}}'],
          [sum('feed', rate(`financelake_symbol_failures_total${own}`)), '{{feed}} failing'],
        ),
      ],
    },
    {
      title: 'Calls and quota',
      panels: [
        graph('Calls', 'reqps', 'By what they came to.', [
          sum('source, outcome', rate(`financelake_calls_total${own}`)),
          '{{source}} {{outcome}}',
        ]),
        graph('Quota used', 'percentunit', 'Of each limit.', [
          `financelake_quota_used${own} / financelake_quota_max${own}`,
          '{{source}} {{limit}}',
        ]),
        stat('Quota frees', 'dateTimeFromNow', 'When a limit frees quota next.', [
          `1000 * financelake_quota_resets_timestamp_seconds${own}`,
          '{{source}} {{limit}}',
        ]),
        graph(
          'Refusals and learned rate',
          'reqps',
          'Calls that a source refused, and the rate that refusals taught.',
          [sum('source, code', rate(`financelake_refusals_total${own}`)), '{{source}} {{code}}'],
          [`financelake_allowed_calls_per_second${own}`, '{{source}} allowed'],
        ),
        graph('Duration of calls', 's', 'One in twenty takes longer.', [
          quantile(0.95, 'source, ', 'financelake_call_duration_seconds'),
          '{{source}} 95 %',
        ]),
        graph(
          'Waiting',
          's',
          'For a permit, and past the due time, until the call: one in twenty waits longer.',
          [quantile(0.95, 'source, ', 'financelake_permit_wait_seconds'), '{{source}} permit 95 %'],
          [quantile(0.95, 'feed, ', 'financelake_call_lateness_seconds'), '{{feed}} lateness 95 %'],
        ),
        graph(
          'In flight and paused',
          'short',
          'Calls that have not ended; 1 for a source that waits.',
          [`financelake_calls_in_flight${own}`, '{{source}}'],
          [`financelake_source_paused${own}`, '{{source}} paused'],
        ),
        graph('Quota spent', 'cps', 'Weight of the permits.', [
          sum('source', rate(`financelake_quota_spent_total${own}`)),
          '{{source}}',
        ]),
        graph('Received', 'Bps', 'Bytes of answers after decoding.', [
          sum('source', rate(`financelake_received_bytes_total${own}`)),
          '{{source}}',
        ]),
      ],
    },
    {
      title: 'Lists',
      panels: [
        graph('Symbols in lists', 'short', 'As last believed.', [`financelake_list_symbols${own}`, '{{list}}']),
        graph(
          'Changes of lists',
          'short',
          'Within an hour; versions that were not believed beside them.',
          [sum('list, outcome', `increase(financelake_list_changes_total${own}[1h])`), '{{list}} {{outcome}}'],
          [sum('list', `increase(financelake_list_refusals_total${own}[1h])`), '{{list}} refused'],
        ),
      ],
    },
  ],
};

const log: Dashboard = {
  uid: 'financelake-log',
  title: 'FinanceLake: log, Kafka and files',
  rows: [
    {
      title: 'Log',
      panels: [
        graph(
          'Size',
          'bytes',
          'Beyond the cap polling pauses.',
          [`financelake_log_bytes${own}`, '{{instance}}'],
          [`financelake_log_max_bytes${own}`, '{{instance}} cap'],
        ),
        graph('Appended records', 'cps', 'Flushed to disk.', [
          sum('instance', rate(`financelake_appended_records_total${own}`)),
          '{{instance}}',
        ]),
        graph('Appended bytes', 'Bps', 'Flushed to disk.', [
          sum('instance', rate(`financelake_appended_bytes_total${own}`)),
          '{{instance}}',
        ]),
        graph('Duration of commits', 's', 'Flush included; one in a hundred takes longer.', [
          quantile(0.99, 'instance, ', 'financelake_append_duration_seconds'),
          '{{instance}} 99 %',
        ]),
        graph(
          'Trouble of the log',
          'short',
          'Commits that are tried again, records set aside as damaged, within an hour; 1 while paused.',
          [`increase(financelake_append_failures_total${own}[1h])`, '{{instance}} tried again'],
          [sum('topic', `increase(financelake_log_damaged_records_total${own}[1h])`), '{{topic}} damaged'],
          [`financelake_log_paused${own}`, '{{instance}} paused'],
        ),
        graph('Expired records', 'cps', 'Removed to stay within the retention.', [
          sum('topic', rate(`financelake_log_expired_records_total${own}`)),
          '{{topic}}',
        ]),
      ],
    },
    {
      title: 'Kafka',
      panels: [
        graph('Age of the backlog', 's', 'Of the oldest record that Kafka has not acknowledged.', [
          `financelake_backlog_oldest_age_seconds${own}`,
          '{{instance}}',
        ]),
        graph('Backlog', 'short', 'Records that Kafka has not acknowledged.', [
          `financelake_backlog_records${own}`,
          '{{instance}}',
        ]),
        graph('Backlog in bytes', 'bytes', 'Reckoned from the oldest of them.', [
          `financelake_backlog_bytes${own}`,
          '{{instance}}',
        ]),
        graph('Shipped records', 'cps', 'Acknowledged by Kafka.', [
          sum('topic', rate(`financelake_shipped_records_total${own}`)),
          '{{topic}}',
        ]),
        graph('Shipped bytes', 'Bps', 'Acknowledged by Kafka.', [
          sum('topic', rate(`financelake_shipped_bytes_total${own}`)),
          '{{topic}}',
        ]),
        graph(
          'Trouble of Kafka',
          'short',
          'Within an hour: shipping that began to fail, records that are never taken, topics made again.',
          [sum('topic, code', `increase(financelake_ship_failures_total${own}[1h])`), '{{topic}} {{code}}'],
          [
            sum('topic, code', `increase(financelake_ship_refused_records_total${own}[1h])`),
            '{{topic}} refused {{code}}',
          ],
          [sum('topic', `increase(financelake_ship_restarts_total${own}[1h])`), '{{topic}} made again'],
        ),
        stat('Units', 'bool_yes_no', 'With scale: many, what each instance runs.', [
          `financelake_unit_held${own}`,
          '{{unit}} {{instance}}',
        ]),
      ],
    },
    {
      title: 'Files',
      panels: [
        graph('Files', 'short', 'That came to their end within an hour.', [
          sum('dataset, outcome', `increase(financelake_files_total${own}[1h])`),
          '{{dataset}} {{outcome}}',
        ]),
        graph('Rows', 'cps', 'By what became of them.', [
          sum('dataset, outcome', rate(`financelake_file_rows_total${own}`)),
          '{{dataset}} {{outcome}}',
        ]),
      ],
    },
    {
      title: 'Process',
      panels: [
        graph('Processor', 'percentunit', 'Of one core.', [
          rate(`process_cpu_seconds_total${and('job="financelake"')}`),
          '{{instance}}',
        ]),
        graph(
          'Memory',
          'bytes',
          'Resident, and what of it is heap.',
          [`process_resident_memory_bytes${and('job="financelake"')}`, '{{instance}}'],
          [`nodejs_heap_size_used_bytes${and('job="financelake"')}`, '{{instance}} heap'],
        ),
        graph('Event loop', 's', 'One turn in a hundred is later.', [
          `nodejs_eventloop_lag_p99_seconds${and('job="financelake"')}`,
          '{{instance}} 99 %',
        ]),
        graph('Open files', 'short', 'File descriptors.', [
          `process_open_fds${and('job="financelake"')}`,
          '{{instance}}',
        ]),
        graph(
          'Actors',
          'short',
          'Within an hour: started again, stopped for good, commands that a full mailbox did not take.',
          [`increase(financelake_actor_restarts_total${own}[1h])`, '{{instance}} started again'],
          [`increase(financelake_actor_failures_total${own}[1h])`, '{{instance}} stopped'],
          [`increase(financelake_mailbox_lost_total${own}[1h])`, '{{instance}} not taken'],
        ),
        graph(
          'Given up',
          'short',
          'Within an hour: calls at the end of a drain, log lines that nobody read.',
          [`increase(financelake_abandoned_calls_total${own}[1h])`, '{{instance}} calls'],
          [`increase(financelake_log_lines_lost_total${own}[1h])`, '{{instance}} lines'],
        ),
      ],
    },
  ],
};

export const dashboards: readonly Dashboard[] = [feeds, log];
