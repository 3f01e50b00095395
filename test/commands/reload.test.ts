import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { createReload } from '../../src/commands/reload.js';
import { type Loaded, loadConfig } from '../../src/config/load-config.js';
import type { Limit } from '../../src/schedule/limit.js';
import { directoryWith } from '../config/loading.js';

const text = (limits: string, more = '', key = '${KEY}') => `
sources:
  a: { type: alpha-vantage, apiKey: "${key}"${limits} }
  k: { type: kraken }
symbols: { mine: { from: static, list: [A, B] } }
feeds: { q: { source: a, symbols: mine, data: quotes, every: 1m } }
${more}`;
const env = { KEY: 'CANARYKEY1', OTHER: 'CANARYKEY2' };
const few = ', limits: [{ requests: 25, per: 1d, resetsAt: "00:00", zone: America/New_York }]';
const many =
  ', limits: [{ requests: 500, per: 1d, resetsAt: "00:00", zone: America/New_York }, { requests: 5, per: 1s }]';
const aDay = { perMs: 86_400_000, resetsAt: '00:00', zone: 'America/New_York' };

function started(first: string) {
  const cwd = directoryWith(first);
  const read = (): Loaded => loadConfig({ env, cwd });
  const loaded = read();
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const told: [string, readonly Limit[]][] = [];
  const reload = createReload(loaded.config, {
    load: read,
    setLimits: (source, limits) => void told.push([source, limits]),
  });
  return {
    told,
    reload: (changed: string) => {
      writeFileSync(join(cwd, 'financelake.yaml'), changed);
      return reload();
    },
  };
}

test('changed limits go to their source, once, and back again', t => {
  const { told, reload } = started(text(few));
  t.deepEqual(reload(text(few)), { level: 'info', text: 'nothing taken over; lists in files are looked at' });
  t.deepEqual(reload(text(many)), { level: 'info', text: 'sources.a.limits taken over; lists in files are looked at' });
  reload(text(many));
  reload(text(few));
  t.deepEqual(told, [
    [
      'a',
      [
        { requests: 500, ...aDay },
        { requests: 5, perMs: 1_000 },
      ],
    ],
    ['a', [{ requests: 25, ...aDay }]],
  ]);
});

test('limits that are left out are those of the vendor', t => {
  const { told, reload } = started(text(many));
  reload(text(''));
  t.deepEqual(
    told.map(([source, limits]) => [source, limits.some(({ requests }) => requests === 25)]),
    [['a', true]],
  );
});

test('anything else that was changed is named as needing a restart, without its value, and not done', t => {
  const { told, reload } = started(text(few));
  const changed = text(', concurrency: 3', 'http: { port: 9000 }', '${OTHER}')
    .replace('[A, B]', '[A]')
    .replace('k: { type: kraken }', 'n: { type: kraken }')
    .replace('every: 1m', 'every: 2m');
  const { level, text: said } = reload(changed);
  t.is(level, 'warn');
  const [, others] = said.split('; a restart is needed for ');
  t.deepEqual(others?.split(', ').toSorted(), [
    'feeds.q.every',
    'http.port',
    'sources.a.apiKey',
    'sources.a.concurrency',
    'sources.k',
    'sources.n',
    'symbols.mine.list',
  ]);
  t.notRegex(said, /CANARY/);
  t.deepEqual(
    told.map(([source]) => source),
    ['a'],
    'its limits are the vendor’s now',
  );
});

test('a configuration with mistakes changes nothing and is said with the first of them', t => {
  const { told, reload } = started(text(few));
  const { level, text: said } = reload(text(many, 'htp: {}\nsimulater: {}'));
  t.is(level, 'warn');
  t.regex(
    said,
    /^the configuration is not taken over, all runs on as before: unknown-key financelake\.yaml:7:1 htp: .* \(and 1 more problems/,
  );
  t.deepEqual(told, []);
});
