/** A deliberate breakage: in `file` the text `search`, which is there once, becomes `replace`, and some world has to break this promise. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly search: string;
  readonly replace: string;
}

export const mutations: readonly Mutation[] = [
  {
    name: 'final-by-arrival',
    file: 'src/ingest/settle.ts',
    search: 'Math.min(askedMs, nowMs), calendar',
    replace: 'Math.max(askedMs, nowMs), calendar',
  },
  {
    name: 'revision-stands-still',
    file: 'src/ingest/cursor.ts',
    search: 'revision: revision + 1,',
    replace: 'revision,',
  },
  {
    name: 'window-from-permit',
    file: 'src/schedule/ledger.ts',
    search: 'leftMs: ({ done }, now) => done.steadyMs + limit.perMs - now.steadyMs',
    replace: 'leftMs: ({ charge }, now) => charge.atMs + limit.perMs - now.steadyMs',
  },
  {
    name: 'open-calls-forgotten',
    file: 'src/schedule/budget-state.ts',
    search: 'if (!/^\\d{12}$/.test(seq)) continue;',
    replace: 'if (parsed(value).doneMs === undefined) continue;',
  },
  {
    name: 'permit-before-flush',
    file: 'src/schedule/budget.ts',
    search: 'changes = account.reservation(grants.map(({ charge }) => charge));\n        append();',
    replace:
      'changes = account.reservation(grants.map(({ charge }) => charge));\n        append();\n        grantAll();',
  },
  {
    name: 'clock-not-followed',
    file: 'src/ingest/feed-owner.ts',
    search: 'const jumpedMs = jumps.since(inFlight);',
    replace: 'const jumpedMs = 0 * jumps.since(inFlight);',
  },
  {
    name: 'refused-commit-dropped',
    file: 'src/ingest/commit-stage.ts',
    search: 'from(log.append(commit))',
    replace: 'from(log.append(commit).catch(() => undefined))',
  },
  {
    name: 'numbers-not-stored',
    file: 'src/log/writer.ts',
    search: 'state: [...prepared.flatMap(part => part.state), ...state],',
    replace: 'state: [...state],',
  },
  {
    name: 'delisted-still-polled',
    file: 'src/ingest/feed-desk.ts',
    search: 'if (wanted.has(symbol) || !lists.delete(list) || lists.size > 0) continue;',
    replace: 'if (wanted.has(symbol) || !lists.delete(list) || lists.size >= 0) continue;',
  },
  {
    name: 'change-not-offered',
    file: 'src/symbols/symbol-directory.ts',
    search: 'if (moved || !symbols) symbols =',
    replace: 'if (!symbols) symbols =',
  },
  {
    name: 'daylight-ignored',
    file: 'src/records/zone.ts',
    search: 'around.every(one => one === around[0]) ? around[0]! : Number.NaN',
    replace: 'around.every(one => one === around[0]) ? around[0]! : around[0]!',
  },
  {
    name: 'timeout-given-back',
    file: 'src/ingest/fetch.ts',
    search: "new Set(['dns', 'connect', 'tls', 'refused-host'])",
    replace: "new Set(['dns', 'connect', 'tls', 'refused-host', 'timeout'])",
  },
  {
    name: 'points-skipped',
    file: 'src/schedule/due.ts',
    search: 'const steps = Math.floor((fromMs + everyMs / 2 - originMs) / everyMs) + 1;',
    replace: 'const steps = Math.floor((fromMs + everyMs / 2 - originMs) / everyMs) + 5;',
  },
];
