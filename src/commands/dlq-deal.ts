import type { Command } from 'commander';
import type { Action } from '../ingest/letter-desk.js';
import type { Dealt, Selection } from '../log/dead-letters/selection.js';
import { tellControl } from '../metrics/ask-control.js';
import { many } from '../metrics/wording.js';
import { type ConfigOptions, withConfigOptions } from './config-options.js';
import { type DealtAlone, dealAlone } from './deal-alone.js';
import { ExitFailure, exitCodeOf } from './exit-code.js';
import type { Io } from './io.js';
import type { Connect } from './log-place.js';
import type { LogSight } from './sight.js';
import { table } from './table.js';

interface DealFlags extends ConfigOptions {
  readonly code?: string;
  readonly all?: true;
  readonly json?: true;
}

const verbs = {
  replay: { does: 'publish what dead letters hold, where that can be; each once', done: 'replayed' },
  discard: { does: 'mark dead letters as done with', done: 'discarded' },
} as const;

/**
 * `dlq replay` and `dlq discard`: the running instance does it, told through its socket, because one process writes the log; without one this process does.
 * Exit code 1 when a letter that was meant stays, or is not there.
 */
export function addDealing(dlq: Command, io: Io, sight: LogSight, connect?: Connect): void {
  for (const action of ['replay', 'discard'] as const)
    withConfigOptions(dlq.command(action).description(verbs[action].does))
      .argument('[letters...]', 'ids, or places as PARTITION/OFFSET')
      .option('--code <code>', 'all with this reason')
      .option('--all', 'all that were not dealt with')
      .option('--json', 'print JSON')
      .action(async (letters: readonly string[], flags: DealFlags) => {
        const selection = selectionOf(letters, flags);
        const config = sight.configOf(flags);
        const running = await told(config.log.path, action, selection);
        const dealt = running ?? (await dealAlone(config, action, selection, connect));
        io.out(flags.json ? `${JSON.stringify(dealt, undefined, 2)}\n` : dealtText(action, dealt));
        if (dealt.staying > 0 || dealt.unknown.length > 0 || dealt.unshipped !== undefined) io.exit(1);
      });
}

function selectionOf(letters: readonly string[], { code, all }: DealFlags): Selection {
  const chosen: Selection[] = [
    ...(letters.length > 0 ? [{ letters }] : []),
    ...(code === undefined ? [] : [{ code }]),
    ...(all ? [{ all }] : []),
  ];
  const [selection] = chosen;
  if (selection === undefined || chosen.length > 1)
    throw new ExitFailure(2, 'which letters: name some (`dlq list` shows their ids), or --code CODE, or --all');
  return selection;
}

/** @returns undefined when no instance runs */
async function told(logPath: string, action: Action, selection: Selection): Promise<DealtAlone | undefined> {
  const answer = await tellControl(logPath, `/api/v1/dlq/${action}`, selection).catch((error: Error) => {
    throw new ExitFailure(exitCodeOf(error), error.message);
  });
  if (answer === undefined) return undefined;
  if (answer.status === 200) return answer.body as Dealt;
  const { message } = answer.body as { readonly message?: string };
  if (answer.status === 503) throw new ExitFailure(3, message ?? 'the running instance cannot do it now');
  throw new ExitFailure(
    1,
    `the instance that runs with ${logPath} answered ${answer.status}: ${message ?? 'is it of another version?'}`,
  );
}

function dealtText(action: Action, dealt: DealtAlone): string {
  const { done, before, was, staying, stay, unknown, unshipped } = dealt;
  const parts = [
    `${many(done, 'letter')} ${verbs[action].done}`,
    ...(before > 0 ? [`${before} dealt with before`] : []),
    ...(staying > 0 ? [`${staying} stay`] : []),
  ];
  const rows = [
    ...was.map(({ id, place, dealing, at }) => [id, place, `${dealing} ${at}`]),
    ...stay.map(({ id, place, why }) => [id, place, why]),
    ...unknown.map(id => [id, '', 'there is no such dead letter: `dlq list` names those that are there']),
  ];
  const waits =
    unshipped === undefined
      ? ''
      : `${many(unshipped, 'record')} wait in the local log: Kafka has not acknowledged them; \`financelake run\` ships them.\n`;
  return `${parts.join(', ')}.\n${waits}${rows.length > 0 ? `\n${table(['letter', 'place', 'why'], rows)}` : ''}`;
}
