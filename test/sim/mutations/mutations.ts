import type { Rule } from '../oracle.js';
import type { Breakage } from './broken-copy.js';

/** The first world that breaks a promise has to break this one. */
export interface Mutation extends Breakage {
  readonly expected: Rule;
}

export const mutations: readonly Mutation[] = [
  {
    name: 'final-by-arrival',
    file: 'src/ingest/settle.ts',
    search: 'Math.min(askedMs, nowMs), calendar',
    replace: 'Math.max(askedMs, nowMs), calendar',
    expected: 'final-is-final',
  },
  {
    name: 'revision-stands-still',
    file: 'src/ingest/cursor.ts',
    search: 'revision: revision + 1,',
    replace: 'revision,',
    expected: 'log-is-truth',
  },
  {
    name: 'window-from-permit',
    file: 'src/schedule/ledger.ts',
    search: 'leftMs: ({ done }, now) => done.steadyMs + limit.perMs - now.steadyMs',
    replace: 'leftMs: ({ charge }, now) => charge.atMs + limit.perMs - now.steadyMs',
    expected: 'no-window-exceeded',
  },
  {
    name: 'open-calls-forgotten',
    file: 'src/schedule/budget-state.ts',
    search: 'if (!/^\\d{12}$/.test(seq)) continue;',
    replace: 'if (parsed(value).doneMs === undefined) continue;',
    expected: 'no-window-exceeded',
  },
  {
    name: 'permit-before-flush',
    file: 'src/schedule/budget.ts',
    search: 'changes = account.reservation(grants.map(({ charge }) => charge));\n        append();',
    replace:
      'changes = account.reservation(grants.map(({ charge }) => charge));\n        append();\n        grantAll();',
    expected: 'reserved-before-called',
  },
  {
    name: 'clock-not-followed',
    file: 'src/ingest/feed-owner.ts',
    search: 'const jumpedMs = jumps.since(inFlight);',
    replace: 'const jumpedMs = 0 * jumps.since(inFlight);',
    expected: 'due-or-late',
  },
  {
    name: 'refused-commit-dropped',
    file: 'src/ingest/commit-stage.ts',
    search: 'from(log.append(commit))',
    replace: 'from(log.append(commit).catch(() => undefined))',
    expected: 'numbers-rise-by-one',
  },
  {
    name: 'numbers-not-stored',
    file: 'src/log/writer.ts',
    search: 'state: [...prepared.flatMap(part => part.state), ...state],',
    replace: 'state: [...state],',
    expected: 'numbers-rise-by-one',
  },
  {
    name: 'delisted-still-polled',
    file: 'src/ingest/feed-desk.ts',
    search: 'if (wanted.has(symbol) || !lists.delete(list) || lists.size > 0) continue;',
    replace: 'if (wanted.has(symbol) || !lists.delete(list) || lists.size >= 0) continue;',
    expected: 'lists-follow',
  },
  {
    name: 'change-not-offered',
    file: 'src/symbols/symbol-directory.ts',
    search: 'if (moved || !symbols) symbols =',
    replace: 'if (!symbols) symbols =',
    expected: 'lists-follow',
  },
  {
    name: 'daylight-ignored',
    file: 'src/records/zone.ts',
    search: 'around.every(one => one === around[0]) ? around[0]! : Number.NaN',
    replace: 'around.every(one => one === around[0]) ? around[0]! : around[0]!',
    expected: 'log-is-truth',
  },
  {
    name: 'timeout-given-back',
    file: 'src/ingest/fetch.ts',
    search: "new Set(['dns', 'connect', 'tls', 'refused-host', 'not-held'])",
    replace: "new Set(['dns', 'connect', 'tls', 'refused-host', 'not-held', 'timeout'])",
    expected: 'no-window-exceeded',
  },
  {
    name: 'points-skipped',
    file: 'src/schedule/due.ts',
    search: 'const steps = Math.floor((fromMs + everyMs / 2 - originMs) / everyMs) + 1;',
    replace: 'const steps = Math.floor((fromMs + everyMs / 2 - originMs) / everyMs) + 5;',
    expected: 'due-or-late',
  },
  {
    name: 'list-never-read',
    file: 'src/symbols/list-snapshots.ts',
    search: 'return defer(() => of(parseStaticList(spec.list)));',
    replace: 'return defer(() => of(parseStaticList([])));',
    expected: 'lists-follow',
  },
  {
    name: 'page-read-once',
    file: 'src/symbols/list-snapshots.ts',
    search: 'return pollList(() => fetchCsv(spec, effects), { ...effects, refreshMs: spec.refreshMs });',
    replace: 'return pollList(() => fetchCsv(spec, effects), { ...effects, refreshMs: spec.refreshMs * 1000 });',
    expected: 'lists-follow',
  },
  {
    name: 'listing-read-once',
    file: 'src/symbols/list-snapshots.ts',
    search: 'return pollList(look, { ...effects, refreshMs: spec.refreshMs });',
    replace: 'return pollList(look, { ...effects, refreshMs: spec.refreshMs * 1000 });',
    expected: 'lists-follow',
  },
  {
    name: 'days-never-polled',
    file: 'src/ingest/feed-owner.ts',
    search: 'if (series === undefined || inFlight.get(desk.feed.name)!.has(symbol)) return;',
    replace:
      "if (series === undefined || (desk.feed.wanted.data === 'bars' && desk.feed.wanted.interval === '1d')) return;",
    expected: 'due-or-late',
  },
  {
    name: 'evening-left-out',
    file: 'src/schedule/due.ts',
    search: 'return calendar.sessionAtOrAfter(earliestMs).closeMs + firstTryMs;',
    replace: 'return calendar.sessionAtOrAfter(earliestMs).closeMs + firstTryMs + dayMs;',
    expected: 'due-or-late',
  },
  {
    name: 'never-final',
    file: 'src/ingest/settle.ts',
    search: 'stamp: stampOf(source, novelty, seenAt, isFinalBar(novelty))',
    replace: 'stamp: stampOf(source, novelty, seenAt, false)',
    expected: 'final-is-final',
  },
  {
    name: 'quote-of-price-alone',
    file: 'src/sources/quote-of.ts',
    search: 'if (value !== undefined) quote[key] = value;',
    replace: "if (value !== undefined && key === 'volume') quote[key] = value;",
    expected: 'log-is-truth',
  },
  {
    name: 'no-letter',
    file: 'src/ingest/judge.ts',
    search: 'if (before.hasLetter) return failed;',
    replace: 'if (!before.hasLetter) return failed;',
    expected: 'letters-for-broken',
  },
];
