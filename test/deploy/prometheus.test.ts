import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { metrics } from '../../src/metrics/names.js';
import { root } from '../e2e/program.js';
import { alerts, metricsIn, recordedIn, rules } from '../ops/rules.js';

const runbooks = readFileSync(join(root, 'docs/runbooks.md'), 'utf8');

test('each alert has a section in the runbooks, each section an alert, and the alert names its section', t => {
  const sections = [...runbooks.matchAll(/^## (\w+)$/gm)].map(([, title]) => title!);
  t.deepEqual(
    sections,
    alerts.map(({ alert }) => alert),
  );
  for (const { alert, annotations } of alerts) t.is(annotations?.runbook, `docs/runbooks.md#${alert.toLowerCase()}`);
  for (const text of runbooks.split(/^## /m).slice(1)) t.true(text.length > 150, text.split('\n')[0]);
});

test('an alert has a severity and a sentence', t => {
  t.true(alerts.length >= 25);
  for (const { alert, labels, annotations } of alerts) {
    t.true(['page', 'ticket'].includes(labels?.severity ?? ''), alert);
    t.regex(annotations?.summary ?? '', /^.{20,}\.$/, alert);
  }
});

test('rules name metrics and recorded series that there are, and each recorded one is used', t => {
  const ours = new Set<string>(Object.values(metrics).map(({ name }) => name));
  const recorded = rules.flatMap(({ record }) => record ?? []);
  for (const { expr } of rules) {
    for (const name of metricsIn(expr)) if (name.startsWith('financelake_')) t.true(ours.has(name), name);
    for (const name of recordedIn(expr)) t.true(recorded.includes(name), name);
  }
  const used = new Set(alerts.flatMap(({ expr }) => recordedIn(expr)));
  const fromOthers = new Set(rules.filter(({ record }) => record).flatMap(({ expr }) => recordedIn(expr)));
  for (const name of recorded) t.true(used.has(name) || fromOthers.has(name), name);
});

test('commands that the runbooks name are verbs of the program', t => {
  const verbs = ['validate', 'doctor', 'status', 'quota', 'symbols', 'dlq', 'batch'];
  const named = [...runbooks.matchAll(/`financelake ([a-z]+)/g)].map(([, verb]) => verb!);
  t.true(named.length > 10);
  for (const verb of named) t.true(verbs.includes(verb), verb);
});
