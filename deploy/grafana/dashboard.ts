/** Units as Grafana calls them. */
export type Unit =
  | 'short'
  | 's'
  | 'bytes'
  | 'Bps'
  | 'reqps'
  | 'cps'
  | 'percentunit'
  | 'bool_yes_no'
  | 'dateTimeFromNow';

/** A query and how its series are called; `{{label}}` is put in. */
export type Query = readonly [expr: string, legend: string];

export interface Panel {
  readonly kind: 'timeseries' | 'stat';
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

const datasource = { type: 'prometheus', uid: '${datasource}' };
const [columns, panelWidth, panelHeight] = [24, 8, 8];

function panelJson({ kind, title, description, unit, queries }: Panel, id: number, x: number, y: number) {
  const targets = queries.map(([expr, legendFormat], index) => ({
    datasource,
    refId: String.fromCharCode(65 + index),
    expr,
    legendFormat,
    range: kind === 'timeseries',
    instant: kind === 'stat',
  }));
  const options =
    kind === 'stat'
      ? { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, textMode: 'value_and_name' }
      : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } };
  const place = { h: panelHeight, w: panelWidth, x, y };
  const fieldConfig = { defaults: { unit, min: 0 }, overrides: [] };
  return { id, type: kind, title, description, datasource, gridPos: place, fieldConfig, options, targets };
}

/** A dashboard as Grafana imports it (schema 39, Grafana 10 and later): three panels beside each other, rows below each other. */
export function dashboardJson({ uid, title, rows }: Dashboard): unknown {
  const panels: unknown[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { h: 1, w: columns, x: 0, y },
      panels: [],
    });
    y += 1;
    row.panels.forEach((panel, index) => {
      const across = columns / panelWidth;
      const [x, below] = [(index % across) * panelWidth, Math.floor(index / across) * panelHeight];
      panels.push(panelJson(panel, panels.length + 1, x, y + below));
    });
    y += Math.ceil(row.panels.length / (columns / panelWidth)) * panelHeight;
  }
  return {
    uid,
    title,
    tags: ['financelake'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'utc',
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' },
        {
          name: 'instance',
          type: 'query',
          label: 'Instance',
          datasource,
          query: { query: 'label_values(financelake_ready, instance)', refId: 'instance' },
          refresh: 2,
          multi: true,
          includeAll: true,
          allValue: '.*',
          current: { text: 'All', value: '$__all' },
        },
      ],
    },
    panels,
  };
}
