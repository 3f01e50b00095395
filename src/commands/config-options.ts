import { type Command, InvalidArgumentError } from 'commander';

export interface ConfigOptions {
  readonly config?: string;
  readonly set: readonly string[];
}

/** Adds the options by which every verb finds its configuration. */
export const withConfigOptions = (verb: Command): Command =>
  verb
    .option('--config <file>', 'the configuration (default: FINANCELAKE_CONFIG, else ./financelake.yaml)', named)
    .option('--set <a.b=c>', 'set one option; may be repeated', (value: string, all: string[]) => [...all, value], []);

/** An empty name would be the working directory; mostly it is a variable that is not set. */
function named(file: string): string {
  if (file === '') throw new InvalidArgumentError('it is empty: name a file.');
  return file;
}
