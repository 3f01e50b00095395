import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { exitCodeOf } from '../../src/commands/exit-code.js';
import { quotaTable } from '../../src/commands/quota.js';
import { sight } from '../../src/commands/sight.js';
import { encodeSeries, newSeries } from '../../src/ingest/series.js';
import { budgetState } from '../../src/schedule/budget-state.js';
import { encodeStoredList, listStateKey } from '../../src/symbols/stored-list.js';
import { openTemp, tempDirectory } from '../log/temp-log.js';

const config = `
sources:
  av: { type: alpha-vantage, apiKey: "\${KEY_OF_ANOTHER_SHELL}", limits: [{ requests: 25, per: 1d, resetsAt: "00:00", zone: UTC }] }
symbols:
  mine: { from: static, list: [AAPL, IBM] }
  other: { from: static, list: [T] }
feeds:
  days: { source: av, symbols: mine, data: bars/1d, every: 1d, calendar: XNYS }
log: { path: ./log }
`;

const day = { requests: 25, perMs: 86_400_000, resetsAt: '00:00', zone: 'UTC' };

test('what is stored is told in the words of the configuration, without its keys in the environment', async t => {
  const cwd = tempDirectory();
  writeFileSync(join(cwd, 'financelake.yaml'), config);
  const { log } = await openTemp(join(cwd, 'log'));
  const nowMs = Date.now();
  const keys = budgetState('av');
  const charge = (seq: number) => keys.charge({ seq, weight: 1, atMs: nowMs - 2, doneMs: nowMs - 1 });
  const newest = { ...newSeries, newestMs: Date.parse('2026-03-06T00:00:00Z'), newestDate: '2026-03-06' };
  const symbols = [{ symbol: 'AAPL' }, { symbol: 'IBM' }];
  await log.append({
    batches: [],
    state: [
      charge(0),
      charge(1),
      keys.closed({ untilMs: nowMs + 3_600_000, reason: 'the day is spent' }),
      keys.learned(
        {
          second: { requests: 7, perMs: 1_000, loweredMs: nowMs, tries: 0 },
          day: { requests: 20, tryMs: nowMs + 3_600_000, declared: day },
          minute: {
            requests: 5,
            perMs: 60_000,
            loweredMs: nowMs,
            tries: 0,
            declared: { requests: 300, perMs: 60_000 },
          },
        },
        0,
      ),
      ['series/alpha-vantage|AAPL|bar|1d|false|market.bars', encodeSeries({ ...newest, state: 'ok' })],
      ['series/alpha-vantage|OLD|bar|1d|false|former.bars', encodeSeries({ ...newest, state: 'ok' })],
      [listStateKey('mine'), encodeStoredList({ fingerprint: 'x', confirmedAtMs: nowMs, symbols })],
    ],
  });
  await log.close();

  const io = { env: {}, cwd, isTty: false } as Parameters<typeof sight>[0];
  const looking = sight(io);
  const view = looking.stored(looking.logPathOf({ set: [] }))!;
  t.teardown(() => void view.close());
  const learned = [{ limit: '7/1s' }, { limit: '20/1d', declared: '25/1d' }];
  t.like(view.quota(), [{ source: 'av', quota: [{ limit: '25/1d', used: 2, max: 25 }], learned }]);
  const shown = quotaTable(view.quota(), nowMs);
  t.regex(shown, /^av +7\/1s +not declared$/m);
  t.regex(shown, /^av +20\/1d +25\/1d$/m);
  t.notRegex(shown, /5\/1m/, 'learned of a limit that is not declared any more');
  const { sources, lists, feeds, ...status } = view.status();
  t.like(sources, [{ name: 'av', state: 'paused', reason: 'the day is spent' }]);
  t.like(lists, [{ name: 'mine', symbols: 2 }]);
  t.like(feeds, [{ name: 'days', symbols: 1 }]);
  t.false('startedAt' in status || 'uptimeSeconds' in status, 'nothing runs');
  t.deepEqual(
    view.symbols({}).symbols.map(({ symbol, feed, lists: of }) => [symbol, feed, ...of]),
    [
      ['AAPL', 'days', 'mine'],
      ['OLD', 'former.bars 1d'],
    ],
  );
  t.is(view.symbols({ list: 'mine' }).total, 1);

  looking.checkList('other');
  const error = t.throws(() => looking.checkList('mien'));
  t.is(exitCodeOf(error), 2);
  t.regex(error.message, /no symbol list `mien`. Did you mean `mine`/);
});
