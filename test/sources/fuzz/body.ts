import { readFileSync } from 'node:fs';
import type { HttpAnswer } from '../../../src/http/edge.js';
import { parseCsvList } from '../../../src/symbols/parse-csv-list.js';
import { parseTextList } from '../../../src/symbols/parse-text-list.js';
import { presets } from '../../../src/symbols/presets.js';
import type { Snapshot } from '../../../src/symbols/snapshot.js';
import { type Golden, goldens, parsed } from '../goldens.js';
import { type Chance, chanceOf } from './chance.js';
import { type Tree, treeOf, written } from './json-tree.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutateCsv } from './mutate-csv.js';
import { mutateJson } from './mutate-json.js';
import { listFault, outcomeFault } from './promises.js';
import { canary } from './spoil.js';

/** A body to start from, and what is read out of it. */
interface Origin {
  readonly name: string;
  readonly body: Uint8Array;
  readonly tree: Tree | undefined;
  read(answer: HttpAnswer, said: string | undefined): Reading;
}

export interface Reading {
  readonly kind: string;
  readonly fault: string | undefined;
}

const treeIn = (body: Uint8Array): Tree | undefined => {
  try {
    return treeOf(JSON.parse(Buffer.from(body).toString()));
  } catch {
    return undefined;
  }
};

const ofGolden = (golden: Golden): Origin => ({
  name: golden.name,
  body: golden.answer.body,
  tree: treeIn(golden.answer.body),
  read(answer, said) {
    const outcome = parsed({ ...golden, options: { ...golden.options, apiKey: canary } }, answer);
    return { kind: outcome.kind, fault: outcomeFault(outcome, golden.work?.symbols ?? [], said) };
  },
});

const ofList = (name: string, text: string | Uint8Array, parse: (body: Uint8Array) => Snapshot): Origin => ({
  name,
  body: Buffer.from(text as string),
  tree: undefined,
  read(answer) {
    const snapshot = parse(answer.body);
    return { kind: snapshot.ok ? 'list' : 'list-refused', fault: listFault(snapshot) };
  },
});

const sp500 = readFileSync(new URL('../../../../test/symbols/sp500.csv', import.meta.url))
  .toString()
  .split('\n')
  .slice(0, 20)
  .join('\n');
const nasdaq =
  'Symbol|Security Name|Test Issue\r\nAAPL|Apple Inc.|N\r\nZVZZT|TEST "B|Y\r\nMSFT|Microsoft|N\r\nFile Creation Time: 1|||\r\n';
const lists: readonly Origin[] = [
  ofList('list/text', '# mine\nAAPL\n\nBRK.B  # Berkshire\r\nEUR/USD\nTRUE\nNaN\n', parseTextList),
  ofList('list/sp500', sp500, body => parseCsvList(body, presets.sp500)),
  ofList('list/nasdaq-listed', nasdaq, body => parseCsvList(body, presets['nasdaq-listed'])),
];

const origins: readonly Origin[] = [...goldens.map(ofGolden), ...lists];
const small = origins.filter(({ body }) => body.length < 5_000);

/** Parts of all answers, to be put where they do not belong. */
const donors: readonly Tree[] = small.flatMap(({ tree }) => {
  if (tree?.kind !== 'object') return [];
  return tree.entries.flatMap(([, value]) => [
    value,
    ...(value.kind === 'object' ? value.entries.slice(0, 2).map(([, inner]) => inner) : []),
  ]);
});
const rows: readonly string[] = origins.flatMap(({ tree, body }) =>
  tree ? [] : Buffer.from(body).toString().split(/\r?\n/).slice(0, 3),
);

const statuses = [...Array<number>(60).fill(200), 204, 301, 400, 401, 403, 404, 418, 429, 500, 503, 520];
const waits = ['', '5', '-5', '1e9', 'never', 'Tue, 04 Jun 2024 20:01:00 GMT', '9'.repeat(400)];
const dates = [
  '',
  'Tue, 04 Jun 2024 20:01:00 GMT',
  '1',
  '+275760-09-13',
  'Mon, 31 Feb 2024 00:00:00 GMT',
  'Fri, 31 Dec 9999 23:59:59 GMT',
];

function mutated(chance: Chance, { body, tree }: Origin): Uint8Array {
  let bytes = body;
  if (tree && chance.next() < 0.8) {
    let changed = tree;
    for (let round = chance.below(3); round >= 0; round -= 1) changed = mutateJson(chance, changed, donors);
    bytes = Buffer.from(written(changed));
  } else if (chance.next() < 0.7) {
    let text = Buffer.from(body).toString();
    for (let round = chance.below(3); round >= 0; round -= 1) text = mutateCsv(chance, text, rows);
    bytes = Buffer.from(text);
  } else bytes = mutateBytes(chance, bytes);
  return chance.next() < 0.15 ? mutateBytes(chance, bytes) : bytes;
}

export interface Tried extends Reading {
  readonly name: string;
  readonly answer: HttpAnswer;
}

/**
 * One mutated body through its parser, and which promise that broke.
 * @param maxMs in time of the processor: more is a broken promise, too
 */
export function tryBody(seed: number, body: number, maxMs = Number.POSITIVE_INFINITY): Tried {
  const chance = chanceOf(seed, body);
  const origin = chance.pick(chance.next() < 0.01 ? origins : small);
  const headers = { 'retry-after': chance.pick(waits), date: chance.pick(dates) };
  const answer = { status: chance.pick(statuses), headers, body: mutated(chance, origin) };
  const text = Buffer.from(answer.body).toString();
  const before = performance.now();
  try {
    const reading = origin.read(answer, text.includes('\\') ? undefined : text);
    const slow = performance.now() - before > maxMs && tookMs(() => origin.read(answer, text)) > maxMs;
    return { name: origin.name, answer, ...reading, ...(slow && { fault: 'it takes too long' }) };
  } catch (error) {
    return {
      name: origin.name,
      answer,
      kind: 'threw',
      fault: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function tookMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
