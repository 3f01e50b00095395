import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../e2e/program.js';

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const rulesFile = join(root, 'deploy/prometheus/financelake.rules.yaml');

const { groups } = parse(readFileSync(rulesFile, 'utf8')) as { groups: readonly { rules: readonly Rule[] }[] };

export const rules: readonly Rule[] = groups.flatMap(group => group.rules);
export const alerts = rules.flatMap(({ alert, ...rule }) => (alert === undefined ? [] : [{ alert, ...rule }]));

/** The metrics that a query names, of ours and of the process; of a histogram its own name. */
export const metricsIn = (expr: string): readonly string[] =>
  (expr.match(/(?<![:\w])(?:financelake|process|nodejs)_\w+/g) ?? []).map(name => name.replace(/_bucket$/, ''));

/** What is recorded: `financelake:what:how`. */
export const recordedIn = (expr: string): readonly string[] => expr.match(/\bfinancelake:\w+:\w+/g) ?? [];
