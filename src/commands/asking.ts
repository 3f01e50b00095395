import type { Command } from 'commander';
import { askControl } from '../metrics/ask-control.js';
import type { View } from '../metrics/view.js';
import { type ConfigOptions, withConfigOptions } from './config-options.js';
import { exitCodeOf } from './exit-code.js';
import type { Io } from './io.js';

/** Where verbs that only look get their answers from. */
export interface Sight {
  /** The log's directory, from the options `--config` and `--set`. @throws Error for people when the configuration is wrong */
  logPathOf(options: ConfigOptions): string;
  /** After `logPathOf`. @throws ExitFailure when the configuration has no such list; without a configuration any name may be one */
  checkList(name: string): void;
  /** What the log of an instance that does not run tells; undefined when there is no log. It is closed again after the question. @throws LogFailure */
  stored(logPath: string): StoredView | undefined;
}

export type StoredView = View & { close(): unknown };

export interface AskOptions extends ConfigOptions {
  readonly json?: true;
}

/** One question, as the running instance answers it and as a view does. */
export interface Question {
  readonly path: string;
  answer(view: View): unknown;
  /** The symbol list that is asked about. */
  readonly list?: string;
}

/** Adds the options that every verb of this kind has. */
export const withAskOptions = (verb: Command): Command => withConfigOptions(verb).option('--json', 'print JSON');

/**
 * Asks the running instance, or the stored state when none runs, and prints the answer: the API's JSON, or what `show` makes of it.
 * Exit code 1 when there is neither, or when the instance does not answer; 3 when this user may not ask.
 * @throws LogFailure when the log is damaged or cannot be read
 */
export async function ask<Answer>(
  io: Io,
  sight: Sight,
  options: AskOptions,
  question: Question,
  show: (answer: Answer, isRunning: boolean) => string,
): Promise<void> {
  const logPath = sight.logPathOf(options);
  if (question.list !== undefined) sight.checkList(question.list);
  const fail = (message: string, code = 1): void => {
    io.err(`${message}\n`);
    io.exit(code);
  };
  let running: Awaited<ReturnType<typeof askControl>>;
  try {
    running = await askControl(logPath, question.path);
  } catch (error) {
    return fail((error as Error).message, exitCodeOf(error));
  }
  if (running && running.status !== 200)
    return fail(`the instance that runs with ${logPath} answered ${running.status}: is it of another version?`);
  const answer = running ? running.body : storedAnswer(sight, logPath, question);
  if (answer === undefined) return fail(`nothing runs with ${logPath}, and nothing is stored there`);
  // The route's schema, or the view's type, is what `show` expects.
  io.out(options.json ? `${JSON.stringify(answer, undefined, 2)}\n` : show(answer as Answer, Boolean(running)));
}

function storedAnswer(sight: Sight, logPath: string, question: Question): unknown {
  const view = sight.stored(logPath);
  if (!view) return undefined;
  try {
    return question.answer(view);
  } finally {
    view.close();
  }
}

/** Said above what was read from the disk. */
export const storedNote = (isRunning: boolean): string =>
  isRunning ? '' : 'No instance runs here; this is what its log holds.\n\n';
