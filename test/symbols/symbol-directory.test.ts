import test from 'ava';
import fc from 'fast-check';
import type { Context } from '../../src/actors/actor.js';
import type { Event } from '../../src/records/event.js';
import type { Listed } from '../../src/sources/source.js';
import { compareLists } from '../../src/symbols/compare-lists.js';
import { listFingerprint } from '../../src/symbols/list-spec.js';
import { refused, snapshotOf } from '../../src/symbols/snapshot.js';
import { confirmedAtMs, decodeStoredList, listStateKey } from '../../src/symbols/stored-list.js';
import {
  type DirectoryCommand,
  type ListCommit,
  type SymbolsChange,
  type SymbolsListener,
  symbolDirectory,
} from '../../src/symbols/symbol-directory.js';
import { runs } from '../property-runs.js';

const begin = Date.UTC(2026, 2, 13, 20, 0, 0);

/** A directory with the smallest world around it: commands are handed over at once, time stands until it is moved. */
const world = (maxShrink = 0.5) => {
  const state = new Map<string, Uint8Array>();
  const events: Event[] = [];
  const commits: ListCommit[] = [];
  const timers = new Map<DirectoryCommand, number>();
  let nowMs = begin;
  const directory = (fingerprint = 'f') => {
    const factory = symbolDirectory({
      list: 'us',
      fingerprint,
      maxShrink,
      get: key => state.get(key),
      save: commit => {
        commits.push(commit);
        for (const [key, value] of commit.state) state.set(key, value!);
      },
      report: event => events.push(event),
    });
    const start = () => {
      timers.clear();
      const context: Context<DirectoryCommand> = {
        self: { name: 'us', tell: () => true },
        now: () => nowMs,
        after: (delayMs, command) => {
          timers.set(command, nowMs + delayMs);
          return { unsubscribe: () => timers.delete(command) };
        },
        pipe: () => {},
      };
      return factory(context);
    };
    let behaviour = start();
    return {
      tell: (command: DirectoryCommand) => behaviour.receive(command),
      see: (...symbols: (string | Listed)[]) =>
        behaviour.receive({
          kind: 'snapshot',
          snapshot: snapshotOf(symbols.map(one => (typeof one === 'string' ? { symbol: one } : one))),
        }),
      restart: () => {
        behaviour = start();
      },
      pass: (ms: number) => {
        nowMs += ms;
        for (const [command, dueMs] of timers) {
          if (dueMs <= nowMs && timers.delete(command)) behaviour.receive(command);
        }
      },
    };
  };
  const takeEvents = () => events.splice(0);
  const takeRecords = () =>
    commits
      .splice(0)
      .flatMap(commit => commit.records)
      .map(({ key, value }) => [key, JSON.parse(Buffer.from(value).toString()) as Record<string, string>] as const);
  return { directory, state, takeEvents, takeRecords };
};

/** A listener that takes what it is given, and what it was given. */
const listener = () => {
  const changes: SymbolsChange[] = [];
  const held = new Set<string>();
  const listen: SymbolsListener = change => {
    changes.push(change);
    for (const symbol of change.removed) held.delete(symbol);
    for (const symbol of change.added) held.add(symbol);
    return true;
  };
  return { listen, changes, held };
};

test('the first snapshot lists every symbol, says so once, and is kept', t => {
  const { directory, state, takeEvents, takeRecords } = world();
  const us = directory();
  const { listen, changes } = listener();
  us.tell({ kind: 'subscribe', listener: listen });
  t.deepEqual(changes, []);
  us.see({ symbol: 'A', name: 'Agilent', exchange: 'NYSE', assetType: 'Stock' }, 'T');
  t.deepEqual(changes, [{ symbols: ['A', 'T'], added: ['A', 'T'], removed: [] }]);
  t.deepEqual(takeEvents(), [{ kind: 'list-loaded', list: 'us', symbols: 2, fromStore: false }]);
  const at = '2026-03-13T20:00:00.000Z';
  t.deepEqual(takeRecords(), [
    ['A', { list: 'us', symbol: 'A', state: 'listed', name: 'Agilent', exchange: 'NYSE', assetType: 'Stock', at }],
    ['T', { list: 'us', symbol: 'T', state: 'listed', at }],
  ]);
  t.is(confirmedAtMs(state.get(listStateKey('us')), 'f'), begin);
  t.is(confirmedAtMs(state.get(listStateKey('us')), 'other'), undefined);
});

test('a change is told as the difference and touches no other symbol', t => {
  const { directory, takeEvents, takeRecords } = world();
  const us = directory();
  const { listen, changes } = listener();
  us.see('A', 'B', 'C');
  us.tell({ kind: 'subscribe', listener: listen });
  us.tell({ kind: 'subscribe', listener: listen });
  us.see('A', 'C', 'D');
  t.deepEqual(changes, [
    { symbols: ['A', 'B', 'C'], added: ['A', 'B', 'C'], removed: [] },
    { symbols: ['A', 'C', 'D'], added: ['D'], removed: ['B'] },
  ]);
  t.deepEqual(takeEvents().at(-1), {
    kind: 'list-changed',
    list: 'us',
    listed: 1,
    delisted: 1,
    renamed: 0,
    symbols: 3,
  });
  t.deepEqual(
    takeRecords()
      .slice(3)
      .map(([key, value]) => [key, value.state]),
    [
      ['B', 'delisted'],
      ['D', 'listed'],
    ],
  );
});

test('the same list again tells nobody and writes no record, but confirms the list', t => {
  const { directory, state, takeEvents, takeRecords } = world();
  const us = directory();
  const { listen, changes } = listener();
  us.see('A', 'B');
  us.tell({ kind: 'subscribe', listener: listen });
  takeEvents();
  takeRecords();
  us.pass(5000);
  us.see('B', 'A');
  t.is(changes.length, 1);
  t.deepEqual([takeEvents(), takeRecords()], [[], []]);
  t.is(confirmedAtMs(state.get(listStateKey('us')), 'f'), begin + 5000);
});

test('an empty, a failed and a shrunk snapshot are refused each time with their reason and the age of the list that stays', t => {
  const { directory, takeEvents, takeRecords } = world(0.29);
  const us = directory();
  const { listen, held } = listener();
  const hundred = Array.from({ length: 100 }, (_, index) => `S${index}`);
  us.tell({ kind: 'snapshot', snapshot: refused('down') });
  us.see();
  t.deepEqual(takeEvents(), [
    { kind: 'list-refused', list: 'us', reason: 'down', symbols: 0, ageMs: undefined },
    { kind: 'list-refused', list: 'us', reason: 'it is empty', symbols: 0, ageMs: undefined },
  ]);
  us.see(...hundred);
  us.tell({ kind: 'subscribe', listener: listen });
  takeEvents();
  takeRecords();
  us.pass(60_000);
  us.see();
  for (let again = 0; again < 3; again++) us.see(...hundred.slice(30));
  us.tell({ kind: 'snapshot', snapshot: refused('down') });
  const kept = { kind: 'list-refused', list: 'us', symbols: 100, ageMs: 60_000 };
  const shrunk = { ...kept, reason: '70 symbols where there were 100: more than 29 % lost' };
  t.deepEqual(takeEvents() as object[], [
    { ...kept, reason: 'it is empty' },
    shrunk,
    shrunk,
    shrunk,
    { ...kept, reason: 'down' },
  ]);
  t.deepEqual(takeRecords(), []);
  t.is(held.size, 100);
  us.see(...hundred.slice(29));
  t.is(held.size, 71);
});

test('after a restart of the program the stored list is given at once, and a first snapshot is compared with it', t => {
  const { directory, takeEvents, takeRecords } = world();
  directory().see('A', 'B', 'C');
  takeEvents();
  takeRecords();
  const us = directory();
  const { listen, changes } = listener();
  us.tell({ kind: 'subscribe', listener: listen });
  t.deepEqual(changes, [{ symbols: ['A', 'B', 'C'], added: ['A', 'B', 'C'], removed: [] }]);
  t.deepEqual(takeEvents(), [{ kind: 'list-loaded', list: 'us', symbols: 3, fromStore: true }]);
  us.see('A', 'B', 'D');
  t.deepEqual(changes.at(-1), { symbols: ['A', 'B', 'D'], added: ['D'], removed: ['C'] });
  t.deepEqual(takeEvents(), [
    { kind: 'list-loaded', list: 'us', symbols: 3, fromStore: false },
    { kind: 'list-changed', list: 'us', listed: 1, delisted: 1, renamed: 0, symbols: 3 },
  ]);
});

test('a list that the user asks for anew is not measured against the stored one, whose symbols are delisted, not polled', t => {
  const { directory, takeRecords } = world(0.1);
  directory('old').see('A', 'B', 'C', 'D');
  takeRecords();
  const us = directory('new');
  const { listen, changes } = listener();
  us.tell({ kind: 'subscribe', listener: listen });
  t.deepEqual(changes, []);
  us.see('D');
  t.deepEqual(changes, [{ symbols: ['D'], added: ['D'], removed: [] }]);
  t.deepEqual(
    takeRecords().map(([key, value]) => [key, value.state]),
    [
      ['A', 'delisted'],
      ['B', 'delisted'],
      ['C', 'delisted'],
    ],
  );
});

test('a restarted actor keeps its listeners and tells them nothing they know', t => {
  const us = world().directory();
  const { listen, changes } = listener();
  us.tell({ kind: 'subscribe', listener: listen });
  us.see('A', 'B');
  us.restart();
  t.is(changes.length, 1);
  us.see('A', 'B', 'C');
  t.deepEqual(changes.at(-1), { symbols: ['A', 'B', 'C'], added: ['C'], removed: [] });
});

test('a listener that cannot take a change is offered the newest list in a second, the others at once', t => {
  const us = world().directory();
  const ready = listener();
  const busy = listener();
  let isBusy = true;
  us.tell({ kind: 'subscribe', listener: change => !isBusy && busy.listen(change) });
  us.tell({ kind: 'subscribe', listener: ready.listen });
  us.see('A', 'B');
  us.see('B', 'C');
  t.is(ready.changes.length, 2);
  us.pass(1000);
  t.is(busy.changes.length, 0);
  isBusy = false;
  us.pass(999);
  t.is(busy.changes.length, 0);
  us.pass(1);
  t.deepEqual(busy.changes, [{ symbols: ['B', 'C'], added: ['B', 'C'], removed: [] }]);
});

test('a symbol that moved with its name is renamed; where the name is borne twice, is missing or the exchange differs it is not', t => {
  const named = (symbol: string, name?: string, exchange = 'NYSE'): Listed => ({
    symbol,
    exchange,
    ...(name && { name }),
  });
  const renames = (before: Listed[], after: Listed[]) =>
    compareLists(before, after).renamed.map(({ from, to }) => `${from.symbol}>${to.symbol}`);
  t.deepEqual(renames([named('FB', 'Meta')], [named('META', 'Meta')]), ['FB>META']);
  t.deepEqual(renames([named('FB', 'Meta')], [named('META', 'Meta', 'NASDAQ')]), []);
  t.deepEqual(renames([named('FB')], [named('META')]), []);
  t.deepEqual(
    renames([named('GOOG', 'Alphabet'), named('X', 'U')], [named('GOOGL', 'Alphabet'), named('GOOGA', 'Alphabet')]),
    [],
  );
  t.deepEqual(
    renames(
      [named('GOOG', 'Alphabet'), named('GOOGL', 'Alphabet')],
      [named('GOOG', 'Alphabet'), named('GOOGX', 'Alphabet')],
    ),
    [],
  );

  const { directory, takeEvents, takeRecords } = world();
  const us = directory();
  const { listen, changes } = listener();
  us.see(named('FB', 'Meta'), named('T', 'AT&T'));
  us.tell({ kind: 'subscribe', listener: listen });
  takeRecords();
  us.see(named('META', 'Meta'), named('T', 'AT&T Inc'));
  t.deepEqual(changes.at(-1), { symbols: ['META', 'T'], added: ['META'], removed: ['FB'] });
  t.deepEqual(takeEvents().at(-1), {
    kind: 'list-changed',
    list: 'us',
    listed: 0,
    delisted: 0,
    renamed: 1,
    symbols: 2,
  });
  t.deepEqual(
    takeRecords().map(([key, value]) => [key, value.state, value.to ?? value.name]),
    [
      ['FB', 'renamed', 'META'],
      ['META', 'listed', 'Meta'],
      ['T', 'listed', 'AT&T Inc'],
    ],
  );
});

test('a stored list of another shape counts as none', t => {
  for (const text of [
    '',
    'null',
    '[]',
    '{"symbols":[]}',
    '{"fingerprint":"f","confirmedAtMs":1,"symbols":[null]}',
    '{"fin',
  ])
    t.is(decodeStoredList(Buffer.from(text)), undefined, text);
});

test('the fingerprint follows what is asked for, not how often or how carefully', t => {
  const spec = { from: 'listing', source: 'av', exchange: ['NYSE'], refreshMs: 1, maxShrink: 0 } as const;
  t.is(listFingerprint(spec), listFingerprint({ ...spec, refreshMs: 2, maxShrink: 1 }));
  t.not(listFingerprint(spec), listFingerprint({ ...spec, exchange: ['NASDAQ'] }));
});

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .subarray(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'])
      .map(symbols => ({ kind: 'see' as const, symbols })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'fail' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 1, arbitrary: fc.boolean().map(busy => ({ kind: 'busy' as const, busy })) },
);

test('after any snapshots, failures, restarts and refusals every listener holds the last accepted snapshot, and the records tell the same', t => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 0, max: 10 }), (sequence, tenths) => {
      const { directory, state, takeRecords } = world(tenths / 10);
      const us = directory();
      const early = listener();
      let isBusy = false;
      us.tell({ kind: 'subscribe', listener: change => !isBusy && early.listen(change) });
      let accepted: readonly string[] = [];
      for (const one of sequence) {
        if (one.kind === 'fail') us.tell({ kind: 'snapshot', snapshot: refused('down') });
        else if (one.kind === 'restart') us.restart();
        else if (one.kind === 'busy') isBusy = one.busy;
        else {
          us.see(...one.symbols);
          const lost = accepted.length - one.symbols.length;
          if (one.symbols.length > 0 && lost * 10 <= tenths * accepted.length) accepted = one.symbols;
        }
      }
      isBusy = false;
      us.pass(1000);
      const late = listener();
      us.tell({ kind: 'subscribe', listener: late.listen });
      const expected = [...accepted].sort();
      t.deepEqual([...early.held].sort(), expected);
      t.deepEqual([...late.held].sort(), expected);
      const told = new Map(takeRecords().map(([key, value]) => [key, value.state]));
      const standing = [...told].filter(([, symbolState]) => symbolState === 'listed').map(([key]) => key);
      t.deepEqual(standing.sort(), expected);
      t.deepEqual(decodeStoredList(state.get(listStateKey('us')))?.symbols.map(one => one.symbol) ?? [], [...accepted]);
    }),
    runs(100),
  );
});
