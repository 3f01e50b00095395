import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Loaded, loadConfig } from '../../src/config/load-config.js';
import type { Config } from '../../src/config/options.js';
import type { Problem } from '../../src/config/problem.js';

export interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly set?: readonly string[];
  /** Beside the configuration, by relative path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

const root = mkdtempSync(join(tmpdir(), 'financelake-config-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

/** A directory of its own that holds `financelake.yaml` and `files`. */
export function directoryWith(text: string | Uint8Array, files: Given['files'] = {}): string {
  const cwd = mkdtempSync(join(root, 'case-'));
  for (const [name, content] of Object.entries({ 'financelake.yaml': text, ...files })) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  return cwd;
}

export const load = (text: string | Uint8Array, { env = {}, set = [], files = {} }: Given = {}): Loaded =>
  loadConfig({ env, set, cwd: directoryWith(text, files) });

export function good(text: string, given: Given = {}): Config {
  const loaded = load(text, given);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2));
  return loaded.config;
}

export function bad(text: string | Uint8Array, given: Given = {}): readonly Problem[] {
  const loaded = load(text, given);
  if (loaded.ok) throw new Error('valid, but should not be');
  return loaded.problems;
}

/** `code file:line:column path`, the part of a problem that scripts rely on. */
export const heads = (problems: readonly Problem[]): string[] =>
  problems.map(({ code, file, line, column, path }) =>
    [code, line === undefined ? file : `${file}:${line}:${column}`, path].join(' '),
  );
