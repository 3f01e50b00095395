import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { faults } from './faults.js';
import { plans } from './plans.js';
import type { Scenario } from './scenario.js';
import { type ScenarioName, scenarios } from './scenarios.js';

/** What is wrong with a scenario, one line per problem. */
export class ScenarioFailure extends Error {
  override readonly name = 'ScenarioFailure';
}

type Check = (value: unknown) => boolean;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = value => typeof value === 'string';
const isCount: Check = value => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isShare: Check = value => isCount(value) && (value as number) <= 1;
const isPositive: Check = value => isCount(value) && (value as number) > 0;
const isFlag: Check = value => typeof value === 'boolean';
const shape =
  (fields: Record<string, Check>): Check =>
  value =>
    isObject(value) &&
    Object.keys(value).length === Object.keys(fields).length &&
    Object.entries(fields).every(([name, check]) => check(value[name]));
const isPlan: Check = value =>
  typeof value === 'string'
    ? Object.hasOwn(plans, value)
    : isObject(value) &&
      Object.entries(value).every(([name, one]) =>
        name === 'premium'
          ? isFlag(one)
          : name === 'wording'
            ? ['free', 'free-2023', 'premium'].includes(one as string)
            : ['perSecond', 'perMinute', 'perDay'].includes(name) && isPositive(one),
      );
const isFault: Check = value => typeof value === 'string' && Object.hasOwn(faults, value);

/** What a field may be, and how to say so. */
const fields: Readonly<Record<keyof Scenario, readonly [Check, string]>> = {
  title: [isText, 'a text'],
  symbols: [
    value =>
      value === 'well-known' ||
      (isPositive(value) && Number.isInteger(value)) ||
      (Array.isArray(value) && value.every(isText)),
    'well-known, a number of made-up symbols, or a list of symbols',
  ],
  hours: [value => value === 'always' || value === 'new-york', 'always or new-york'],
  start: [
    value => value === '' || (isText(value) && !Number.isNaN(Date.parse(value as string))),
    'an ISO-8601 instant',
  ],
  speed: [isPositive, 'a number above 0'],
  historyDays: [isCount, 'a number of days'],
  quoteStepMs: [value => isPositive(value) && Number.isInteger(value), 'whole milliseconds'],
  unfinishedBars: [isFlag, 'true or false'],
  restatements: [
    shape({ probability: isShare, minDelayMs: isCount, maxDelayMs: isCount }),
    'probability, minDelayMs and maxDelayMs',
  ],
  listing: [shape({ changeEveryMs: isPositive, absentShare: isShare }), 'changeEveryMs and absentShare'],
  plan: [isPlan, `one of ${Object.keys(plans).join(', ')}, or perSecond, perMinute, perDay, premium, wording`],
  keys: [
    value =>
      isObject(value) &&
      Object.values(value).every(rule => ['invalid', 'demo', 'not-premium'].includes(rule as string) || isPlan(rule)),
    'by key: invalid, demo, not-premium, or a plan',
  ],
  latencyMs: [
    value => Array.isArray(value) && value.length === 2 && value.every(isCount),
    'two numbers: least and most',
  ],
  slowMs: [isCount, 'milliseconds'],
  faults: [
    value => isObject(value) && Object.entries(value).every(([name, one]) => isFault(name) && isShare(one)),
    `a probability for any of ${Object.keys(faults).join(', ')}`,
  ],
  schedule: [
    value =>
      Array.isArray(value) &&
      value.every(shape({ fault: isFault, afterMs: isCount, forMs: isCount, everyMs: isCount })),
    'a list of fault, afterMs, forMs, everyMs',
  ],
  bodies: [isText, 'a directory'],
  redirectTo: [isText, 'a URL'],
};

function overrides(file: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const named = `The built-in ones are ${Object.keys(scenarios).join(', ')}.`;
    throw new ScenarioFailure(`cannot read scenario ${file}: ${(error as Error).message.split('\n')[0]}\n${named}`);
  }
  if (!isObject(parsed)) throw new ScenarioFailure(`scenario ${file} is not a map of fields`);
  return parsed;
}

/**
 * @param nameOrFile a built-in name, or a YAML or JSON file: `like: NAME` (default calm) and the fields that differ. Its `bodies` are relative to the file.
 * @throws ScenarioFailure
 */
export function readScenario(nameOrFile: string): Scenario {
  if (Object.hasOwn(scenarios, nameOrFile)) return scenarios[nameOrFile as ScenarioName];
  const { like = 'calm', ...changed } = overrides(nameOrFile);
  const problems = Object.entries(changed).flatMap(([name, value]) => {
    if (!Object.hasOwn(fields, name))
      return [`${name}: no such field; there are like, ${Object.keys(fields).join(', ')}`];
    const [check, meaning] = fields[name as keyof Scenario];
    return check(value) ? [] : [`${name} must be ${meaning}`];
  });
  if (!Object.hasOwn(scenarios, String(like)))
    problems.push(`like must be one of ${Object.keys(scenarios).join(', ')}`);
  if (problems.length > 0) throw new ScenarioFailure(problems.map(problem => `${nameOrFile}: ${problem}`).join('\n'));
  const scenario = { ...scenarios[like as ScenarioName], ...(changed as Partial<Scenario>) };
  return changed.bodies ? { ...scenario, bodies: resolve(dirname(nameOrFile), scenario.bodies) } : scenario;
}
