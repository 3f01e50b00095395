import type { Command } from 'commander';
import type { SourceQuota } from '../metrics/view.js';
import { count, soon } from '../metrics/wording.js';
import { type AskOptions, ask, type Sight, storedNote, withAskOptions } from './asking.js';
import type { Io } from './io.js';
import { table } from './table.js';

/** `financelake quota`: how much of each limit is used and when it frees, and what refusals taught. */
export function addQuota(program: Command, io: Io, sight: Sight): void {
  const verb = program.command('quota').description('how much of each limit is used');
  withAskOptions(verb).action((options: AskOptions) =>
    ask<readonly SourceQuota[]>(
      io,
      sight,
      options,
      { path: '/api/v1/quota', answer: view => view.quota() },
      (sources, isRunning) => storedNote(isRunning) + quotaTable(sources, Date.now()),
    ),
  );
}

export function quotaTable(sources: readonly SourceQuota[], nowMs: number): string {
  const rows = sources.flatMap(({ source, quota }) =>
    quota.map(({ limit, used, max, resetsAt }) => [
      source,
      limit,
      count(used),
      count(Math.max(0, max - used)),
      resetsAt === null ? 'unused' : soon(resetsAt, nowMs),
    ]),
  );
  const declared =
    rows.length > 0
      ? table(['source', 'limit', 'used>', 'left>', 'frees'], rows)
      : 'No source in the configuration has a limit.\n';
  const taught = sources.flatMap(({ source, learned }) =>
    learned.map(({ limit, declared }) => [source, limit, declared ?? 'not declared']),
  );
  return taught.length > 0 ? `${declared}\n${table(['source', 'learned limit', 'in place of'], taught)}` : declared;
}
