import type { Command } from 'commander';

export interface ConfigOptions {
  readonly config?: string;
  readonly set: readonly string[];
}

/** Adds the options by which every verb finds its configuration. */
export const withConfigOptions = (verb: Command): Command =>
  verb
    .option('--config <file>', 'the configuration (default: FINANCELAKE_CONFIG, else ./financelake.yaml)')
    .option('--set <a.b=c>', 'set one option; may be repeated', (value: string, all: string[]) => [...all, value], []);
