import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { dashboards } from '../../deploy/grafana/dashboards.js';
import { metrics } from '../../src/metrics/names.js';
import { config } from '../e2e/polling-config.js';
import { scratch, start, until } from '../e2e/program.js';
import { simulated } from '../e2e/simulated.js';
import { startPrometheus, startTroubled } from './prometheus.js';
import { metricsIn, rules } from './rules.js';

const batch = `
logging: { format: json }
batch:
  inbox: ./inbox
  stableFor: 50ms
  datasets:
    daily: { match: "*.csv", kind: bar, interval: 1d, columns: { symbol: s, date: d, open: o, high: h, low: l, close: c, volume: v } }
`;

/** What a calm run on one machine without Kafka never has; these queries are answered by the troubled instance alone. */
const onlyInTrouble = new Set<string>(
  [
    metrics.refusals,
    metrics.allowedRate,
    metrics.sourcePaused,
    metrics.sourceStopped,
    metrics.deadLetters,
    metrics.failingSymbols,
    metrics.listChanges,
    metrics.listRefusals,
    metrics.logPaused,
    metrics.logDamaged,
    metrics.retained,
    metrics.shipped,
    metrics.shippedBytes,
    metrics.shipFailures,
    metrics.recordsRefused,
    metrics.topicsRecreated,
    metrics.unitHeld,
  ].map(({ name }) => name),
);

test('a real Prometheus scrapes the running program, and every query of rules and dashboards has an answer', async t => {
  const simulator = await simulated(t, {});
  const cwd = scratch(t, { 'financelake.yaml': config(simulator.url, batch) });
  mkdirSync(join(cwd, 'inbox'));
  writeFileSync(join(cwd, 'inbox/good.csv'), 's,d,o,h,l,c,v\nAAPL,2024-06-03,190.0,192.0,189.5,191.5,1000000\n');
  writeFileSync(join(cwd, 'inbox/bad.csv'), 's,d\n');
  const program = start(t, ['run'], { cwd });
  const url = await until('the program says its address', () => /http:\/\/(127\.0\.0\.1:\d+)/.exec(program.err())?.[1]);
  const prometheus = await startPrometheus(t, [url, await startTroubled(t)]);
  const answered = (expr: string) =>
    until(`data for ${expr}`, async () => {
      const found = await prometheus.query(expr);
      return found.length > 0 ? found : undefined;
    });

  const ours = `instance="${url}"`;
  for (const { name, type } of Object.values(metrics)) {
    const series = type === 'histogram' ? `${name}_bucket` : name;
    await answered(onlyInTrouble.has(name) ? series : `${series}{${ours}}`);
  }
  for (const { record, expr } of rules) {
    if (record !== undefined) await answered(record);
    for (const name of metricsIn(expr))
      await answered(/(?<=_seconds)$/.test(name) && expr.includes(`${name}_bucket`) ? `${name}_bucket` : name);
  }
  for (const { rows } of dashboards)
    for (const { queries } of rows.flatMap(row => row.panels))
      for (const [expr] of queries)
        await answered(expr.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '1m'));
  for (const record of [
    'financelake:calls:rate15m',
    'financelake:records:rate15m',
    'financelake:quota:used_ratio',
    'financelake:log:used_ratio',
  ])
    await answered(`${record}{${ours}}`);
  await answered(`financelake:records:rate15m{${ours}} > 0`);

  // What goes wrong in the other instance is seen as alerts; the calm one has none but the file that cannot be read.
  await answered('ALERTS{alertname="FinanceLakeActorStopped", alertstate="firing"}');
  const firing = await answered(`ALERTS{alertstate="firing", ${ours}}`);
  t.deepEqual(
    firing.map(({ metric }) => metric.alertname),
    ['FinanceLakeFilesQuarantined'],
  );
});
