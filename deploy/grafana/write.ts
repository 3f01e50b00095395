// Writes the dashboards from dashboards.ts as Grafana imports them: `npm run dashboards`. A test compares both.
import { writeFileSync } from 'node:fs';
import { dashboardJson } from './dashboard.js';
import { dashboards } from './dashboards.js';

for (const dashboard of dashboards)
  writeFileSync(
    new URL(`../../../deploy/grafana/dashboards/${dashboard.uid}.json`, import.meta.url),
    `${JSON.stringify(dashboardJson(dashboard), null, 2)}\n`,
  );
