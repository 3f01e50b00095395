import type { Command } from 'commander';
import { retryFiles } from '../batch/file-admin.js';
import { placesBeside } from '../batch/intake/places.js';
import { tellControl } from '../metrics/ask-control.js';
import type { FileSelection, FilesDone } from '../metrics/changes.js';
import type { FilesStatus } from '../metrics/view.js';
import { count, many, plain, size, span } from '../metrics/wording.js';
import { type AskOptions, ask, type Sight, storedNote, withAskOptions } from './asking.js';
import { type ConfigOptions, withConfigOptions } from './config-options.js';
import { ExitFailure, exitCodeOf } from './exit-code.js';
import { forgetAlone } from './forget-alone.js';
import type { Io } from './io.js';
import type { LogSight } from './sight.js';
import { table } from './table.js';

interface SelectFlags extends ConfigOptions {
  readonly all?: true;
  readonly json?: true;
}

/** The `batch` verbs: what became of files, and what is to be done with some again. */
export function addBatch(program: Command, io: Io, sight: Sight & LogSight): void {
  const batch = program.command('batch').description('files: what became of them');
  withAskOptions(
    batch.command('status').description('files that wait, are read, and what became of the last ones'),
  ).action((options: AskOptions) =>
    ask<FilesStatus>(io, sight, options, { path: '/api/v1/files', answer: view => view.files() }, (files, isRunning) =>
      statusText(files, isRunning),
    ),
  );

  const selecting = (name: 'retry' | 'forget', does: string): Command =>
    withConfigOptions(batch.command(name).description(does))
      .argument('[files...]', 'names, places, or the first eight digits of hashes')
      .option('--all', 'all of them')
      .option('--json', 'print JSON');

  selecting('retry', 'put files of the quarantine back into the inbox').action(
    async (files: readonly string[], flags: SelectFlags) => {
      const { batch: settings } = sight.configOf(flags);
      if (!settings) throw new ExitFailure(2, 'the configuration has no batch: nothing is read from files');
      // A move on the disk, which a running instance sees as a file that was dropped.
      end(io, flags, await retryFiles(placesBeside(settings.inbox), selectionOf(files, flags)), 'put back');
    },
  );
  selecting('forget', 'take files out of the ledger, so that they are published when they come again').action(
    async (files: readonly string[], flags: SelectFlags) => {
      const config = sight.configOf(flags);
      const selection = selectionOf(files, flags);
      const running = await told(config.log.path, selection);
      end(io, flags, running ?? (await forgetAlone(config, selection)), 'forgotten');
    },
  );
}

function selectionOf(files: readonly string[], { all }: SelectFlags): FileSelection {
  if (all === (files.length === 0 ? undefined : true))
    throw new ExitFailure(2, 'which files: name some (`batch status` shows them), or --all');
  return all ? { all } : { files };
}

/** @returns undefined when no instance runs */
async function told(logPath: string, selection: FileSelection): Promise<FilesDone | undefined> {
  const answer = await tellControl(logPath, '/api/v1/batch/forget', selection).catch((error: Error) => {
    throw new ExitFailure(exitCodeOf(error), error.message);
  });
  if (answer === undefined || answer.status === 409) return undefined;
  if (answer.status === 200) return answer.body as FilesDone;
  const { message } = answer.body as { readonly message?: string };
  throw new ExitFailure(answer.status === 503 ? 3 : 1, message ?? `the instance answered ${answer.status}`);
}

function end(io: Io, { json }: SelectFlags, { done, unknown }: FilesDone, what: string): void {
  const missing = unknown.map(one => `There is no such file: ${plain(one)}\n`).join('');
  io.out(
    json ? `${JSON.stringify({ done, unknown }, undefined, 2)}\n` : `${many(done.length, 'file')} ${what}.\n${missing}`,
  );
  if (unknown.length > 0) io.exit(1);
}

function statusText({ waiting, progress, recent }: FilesStatus, isRunning: boolean): string {
  const reading = progress.map(({ file, share, rows, rowsPerSecond, secondsLeft }) => [
    plain(file),
    `${Math.floor(share * 100)}%`,
    count(rows),
    `${count(Math.round(rowsPerSecond))}/s`,
    secondsLeft === undefined ? '' : span(secondsLeft * 1_000),
  ]);
  const last = recent.map(({ file, state, rows, records, rejected, bytes, at, code, detail }) => [
    plain(file),
    state,
    count(rows),
    count(records),
    count(rejected),
    size(bytes),
    at,
    code === undefined ? '' : plain(`${code}: ${detail}`),
  ]);
  const parts = [
    `${storedNote(isRunning)}${many(waiting, 'file')} wait in the inbox.\n`,
    ...(reading.length > 0 ? [table(['file', 'read', 'rows', 'pace', 'left'], reading)] : []),
    last.length > 0
      ? table(['file', 'state', 'rows', 'records', 'rejected', 'size', 'at', 'reason'], last)
      : 'No file was met yet.\n',
  ];
  return parts.join('\n');
}
