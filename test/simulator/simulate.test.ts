import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Command } from 'commander';
import { addSimulate } from '../../src/commands/simulate.js';
import { faults } from '../../src/simulator/faults.js';
import { readScenario, ScenarioFailure } from '../../src/simulator/read-scenario.js';
import { scenarios } from '../../src/simulator/scenarios.js';
import { started } from './started.js';

interface Ran {
  readonly out: string;
  readonly err: string;
  readonly exits: readonly number[];
}

async function run(t: ExecutionContext, ...words: string[]): Promise<Ran> {
  const program = new Command();
  let [out, err] = ['', ''];
  const exits: number[] = [];
  addSimulate(program, {
    out: text => {
      out += text;
    },
    err: text => {
      err += text;
    },
    exit: code => void exits.push(code),
    env: {},
    cwd: '/',
    isTty: false,
    onLostOutput: () => undefined,
    onStop: handler => t.teardown(async () => handler('SIGTERM')),
  });
  await program.parseAsync(['node', 'financelake', 'simulate', ...words]);
  return { out, err, exits };
}

function file(t: ExecutionContext, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'scenario-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'mine.yaml'), text);
  return join(directory, 'mine.yaml');
}

test('simulate listens, says where, and the call it shows works', async t => {
  const { out, err, exits } = await run(t, '--port', '0', '--seed', '5');
  t.deepEqual([err, exits], ['', []]);
  const call = /curl '(http:\/\/127\.0\.0\.1:\d+\/query\?[^']+)'/.exec(out)![1]!;
  t.regex(await (await fetch(call)).text(), /"Time Series \(1min\)"/);
});

test('with --json it tells the origin of its clock, so that another process can have the same', async t => {
  const { out } = await run(t, '--port', '0', '--json', '--scenario', 'trading-day', '--speed', '30');
  const { url, clock, seed } = JSON.parse(out) as { url: string; clock: Record<string, number>; seed: number };
  t.is(seed, 1);
  t.is(clock.startMs, Date.parse('2026-03-09T13:25:00Z'));
  t.is(clock.speed, 30);
  const before = Date.now();
  const { nowMs } = (await (await fetch(`${url}/__truth/clock`)).json()) as { nowMs: number };
  const at = (realMs: number): number => clock.startMs! + (realMs - clock.originRealMs!) * 30;
  t.true(nowMs >= at(before) && nowMs <= at(Date.now()));
});

test('a port that is taken is said in a few lines, and the exit code is 3', async t => {
  const { simulator } = await started(t);
  const { out, err, exits } = await run(t, '--port', String(simulator.port));
  t.deepEqual([out, exits], ['', [3]]);
  t.true(err.includes(`Port ${simulator.port} of 127.0.0.1 is taken.`));
  t.true(err.trimEnd().split('\n').length <= 5);
});

test('a scenario that cannot be read or holds nonsense is exit 2 and says what is wrong', async t => {
  const unknown = await run(t, '--port', '0', '--scenario', 'nope');
  t.deepEqual(unknown.exits, [2]);
  t.regex(unknown.err, /cannot read scenario nope: .*\nThe built-in ones are calm, free-plan, flaky/);
  const bodies = await run(t, '--port', '0', '--scenario', file(t, 'bodies: nowhere'));
  t.deepEqual(bodies.exits, [2]);
  t.regex(bodies.err, /bodies\.json/);
});

test('a scenario file states what differs, and every field is checked', t => {
  const path = file(
    t,
    'like: flaky\nsymbols: [AAPL, QQQQ]\nfaults: { html: 1 }\nplan: { perMinute: 5 }\nbodies: recorded\n',
  );
  const read = readScenario(path);
  t.deepEqual(read.symbols, ['AAPL', 'QQQQ']);
  t.deepEqual(read.faults, { html: 1 });
  t.is(read.bodies, join(path, '..', 'recorded'));
  t.is(read.quoteStepMs, scenarios.flaky.quoteStepMs);
  for (const name of Object.keys(scenarios) as (keyof typeof scenarios)[]) {
    // What is built in passes the same checks.
    const { title, ...fields } = scenarios[name];
    t.deepEqual(readScenario(file(t, JSON.stringify({ title, ...fields, bodies: '' }))), scenarios[name]);
  }
  for (const wrong of [
    'symbol: 5',
    'symbols: -1',
    'hours: xnys',
    'start: yesterday',
    'speed: 0',
    'faults: { hmtl: 0.1 }',
    'faults: { html: 2 }',
    'plan: gold',
    'plan: { perHour: 5 }',
    'keys: { k: silver }',
    'restatements: { probability: 0.1 }',
    'schedule: [{ fault: html, afterMs: 1 }]',
    'latencyMs: 5',
    'like: quiet',
    '[]',
  ]) {
    t.throws(() => readScenario(file(t, wrong)), { instanceOf: ScenarioFailure }, wrong);
  }
});

test('the documentation names every scenario, field and fault, and none that is not there', t => {
  const docs = readFileSync(new URL('../../../docs/simulator.md', import.meta.url), 'utf8');
  const named = (section: string, column: string): string[] => {
    const table = docs.slice(docs.indexOf(`| ${column} |`, docs.indexOf(`## ${section}`))).split('\n\n')[0]!;
    const cells = table.split('\n').slice(2);
    return cells.flatMap(row => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)).toSorted();
  };
  t.deepEqual(named('Scenarios', 'name'), Object.keys(scenarios).toSorted());
  t.deepEqual(named('Scenarios', 'field'), Object.keys(scenarios.calm).toSorted());
  t.deepEqual(named('Faults', 'fault'), Object.keys(faults).toSorted());
});
