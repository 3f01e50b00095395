import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { dashboardJson } from '../../deploy/grafana/dashboard.js';
import { dashboards } from '../../deploy/grafana/dashboards.js';
import { metrics } from '../../src/metrics/names.js';
import { root } from '../e2e/program.js';
import { metricsIn, rules } from '../ops/rules.js';

const folder = join(root, 'deploy/grafana');
const panels = dashboards.flatMap(({ rows }) => rows.flatMap(row => row.panels));

test('the dashboards that are committed are those that the program writes: `npm run dashboards`', t => {
  t.deepEqual(
    readdirSync(join(folder, 'dashboards')).toSorted(),
    dashboards.map(({ uid }) => `${uid}.json`).toSorted(),
  );
  for (const dashboard of dashboards)
    t.is(
      readFileSync(join(folder, 'dashboards', `${dashboard.uid}.json`), 'utf8'),
      `${JSON.stringify(dashboardJson(dashboard), null, 2)}\n`,
    );
});

test('every metric is in a dashboard or a rule, and both name only metrics that there are', t => {
  const ours = new Set<string>(Object.values(metrics).map(({ name }) => name));
  const shown = panels.flatMap(({ queries }) => queries.flatMap(([expr]) => metricsIn(expr)));
  for (const name of shown) if (name.startsWith('financelake_')) t.true(ours.has(name), name);
  const used = new Set([...shown, ...rules.flatMap(({ expr }) => metricsIn(expr))]);
  t.deepEqual(
    [...ours].filter(name => !used.has(name)),
    [],
  );
});

test('panels have a description of their own, ask for the chosen instances, and call each series by its labels', t => {
  for (const { title, description, queries } of panels) {
    t.regex(description, /^[A-Z].*\.$/, title);
    t.true(queries.length > 0, title);
    for (const [expr, legend] of queries) {
      t.true(expr.includes('instance=~"$instance"'), expr);
      t.regex(legend, /\{\{\w+\}\}/, expr);
    }
  }
  for (const { rows } of dashboards) {
    const titles = rows.flatMap(row => row.panels.map(({ title }) => title));
    t.is(new Set(titles).size, titles.length);
  }
});

test('within a dashboard ids are unique, panels do not overlap, and all ask the chosen data source', t => {
  interface Placed {
    readonly id: number;
    readonly type: string;
    readonly datasource?: { readonly uid: string };
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  }
  for (const dashboard of dashboards) {
    const { panels: placed } = dashboardJson(dashboard) as { panels: readonly Placed[] };
    t.is(new Set(placed.map(({ id }) => id)).size, placed.length);
    const taken = new Set<string>();
    for (const {
      type,
      datasource,
      gridPos: { x, y, w, h },
    } of placed) {
      if (type !== 'row') t.is(datasource?.uid, '${datasource}');
      t.true(x + w <= 24);
      for (let column = x; column < x + w; column++)
        for (let line = y; line < y + h; line++) {
          t.false(taken.has(`${column} ${line}`));
          taken.add(`${column} ${line}`);
        }
    }
  }
});

test('what Grafana is provisioned with names the directory of the dashboards and a Prometheus', t => {
  const read = (path: string): unknown => parse(readFileSync(join(folder, 'provisioning', path), 'utf8'));
  const { providers } = read('dashboards/financelake.yml') as { providers: readonly { type: string }[] };
  const { datasources } = read('datasources/prometheus.yml') as { datasources: readonly { type: string }[] };
  t.deepEqual([providers[0]?.type, datasources[0]?.type], ['file', 'prometheus']);
});
