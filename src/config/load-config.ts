import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Env } from './environment.js';
import { type Reading, within } from './kind.js';
import { log } from './options/log.js';
import { type Config, options } from './options.js';
import { fromEnvironment, fromFlags, override } from './overrides.js';
import { type Problem, problemAt, sortProblems } from './problem.js';
import { proxyProblems } from './proxy-variables.js';
import { readYaml, startOf } from './read-yaml.js';
import { substitute } from './substitute.js';
import { entryOf, type Tree } from './tree.js';
import { walk } from './walk.js';

export interface LoadOptions {
  /** `--config`; else `FINANCELAKE_CONFIG`, else `financelake.yaml` in `cwd`. */
  readonly file?: string | undefined;
  /** `--set a.b=c`, in order. */
  readonly set?: readonly string[];
  /** Looks at the files of symbol lists. Without it neither they nor proxies nor what there is to do are looked at: somebody asks for a part of the configuration. */
  readonly listFault?: Reading['listFault'];
  /** Somebody only looks: a variable that is not set, as keys are not in everybody's shell, stands for some text. */
  readonly looking?: boolean;
  readonly env: Env;
  readonly cwd: string;
}

export type Loaded =
  | { readonly ok: true; readonly config: Config; readonly file: string }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      /** For those who only look: where the log is, when none of the problems can have to do with that. */
      readonly log?: Config['log'];
    };

const maxConfigBytes = 8 * 1024 ** 2;
const maxSubstitutedBytes = 64 * 1024;

/** The configuration with all defaults applied, or everything that is wrong with it. File < environment < `--set`. `file` is absolute. */
export function loadConfig({ file, set = [], listFault, looking = false, env, cwd }: LoadOptions): Loaded {
  const path = resolve(cwd, file ?? (env.FINANCELAKE_CONFIG || 'financelake.yaml'));
  const shown = shownPath(path, cwd);
  const text = readText(path, maxConfigBytes);
  if ('fault' in text) return { ok: false, problems: [cannotRead(text, shown, file ?? env.FINANCELAKE_CONFIG)] };

  const parsed = readYaml(text.text.replace(/^\uFEFF/, ''), { file: shown, lines: true });
  // What is not YAML cannot be judged further: its structure is a guess.
  const broken = parsed.problems.some(problem => problem.code === 'syntax');
  const problems = [...parsed.problems];
  const flags = fromFlags(set, problems);
  if (!broken) {
    const directory = dirname(path);
    const using = {
      env,
      ...(looking && { unset: 'not set' }),
      readFile: (name: string) => readSubstituted(resolve(directory, name)),
      report: (problem: Problem) => problems.push(problem),
    };
    let tree: Tree = substitute(parsed.tree ?? { kind: 'map', entries: [], place: startOf(shown) }, '', using);
    for (const one of [...fromEnvironment(env, options), ...flags]) tree = override(tree, one, options, using);
    const names = { sources: keysOf(tree, 'sources'), symbols: keysOf(tree, 'symbols') };
    const top = { path: '', place: startOf(shown), directory, names, elsewhere, problems };
    const at: Reading = { ...top, listFault: listFault ?? (() => undefined) };
    const config = options.read(tree, at);
    const datasets = entryOf(entryOf(tree, 'batch')?.value, 'datasets')?.value;
    const isIdle = keysOf(tree, 'feeds').length === 0 && !(datasets?.kind === 'map' && datasets.entries.length > 0);
    if (listFault && isIdle && !problems.some(mayConcern('feeds'))) problems.push(nothingToDo(shown));
    if (listFault) problems.push(...proxyProblems(env, config));
    if (config && problems.length === 0) return { ok: true, config, file: path };
    const sound = problems.some(mayConcern('log')) ? undefined : readLog(tree, at);
    if (sound) return { ok: false, problems: sortProblems(problems), log: sound };
  }
  return { ok: false, problems: sortProblems(problems) };
}

/** What is wrong as a whole, with the section, or with what may have been meant for it. */
const mayConcern =
  (section: string) =>
  ({ code, file, path }: Problem): boolean =>
    path === '' ||
    path.split('.')[0] === section ||
    file.startsWith('--set ') ||
    (code === 'unknown-key' && !path.includes('.'));

const nothingToDo = (shown: string): Problem =>
  problemAt(
    { file: shown },
    {
      code: 'missing',
      path: 'feeds',
      message: 'Neither a feed nor a dataset is configured: there is nothing to do.',
      mend: 'Add one under `feeds:`; `financelake init` writes a configuration that has one.',
    },
  );

function readLog(tree: Tree, at: Reading): Config['log'] | undefined {
  const { value = { kind: 'map', entries: [], place: at.place } } = entryOf(tree, 'log') ?? {};
  return log.read(value, { ...within(at, 'log', at.place), problems: [] });
}

function elsewhere(option: string): readonly string[] {
  const steps = [...walk(options)].filter(({ path }) => path.endsWith(`.${option}`));
  return steps.slice(0, 3).map(({ path, only }) => (only ? `\`${path}\` (with \`${only}\`)` : `\`${path}\``));
}

const keysOf = (tree: Tree, section: string): string[] => {
  const found = entryOf(tree, section)?.value;
  return found?.kind === 'map' ? found.entries.map(entry => entry.key) : [];
};

const shownPath = (path: string, cwd: string): string => {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') ? path : short;
};

function cannotRead({ fault, missing }: Fault, shown: string, asked: string | undefined): Problem {
  const place = { file: shown };
  if (!missing)
    return problemAt(place, {
      code: 'unreadable',
      path: '',
      message: `The configuration cannot be read: ${fault}.`,
      mend:
        fault === notText ? 'Save it as UTF-8 (not UTF-16).' : 'Check that the path leads to it, and its permissions.',
    });
  const mend = asked
    ? 'Check `--config` or FINANCELAKE_CONFIG.'
    : 'Run `financelake init` to write one, or name one with `--config FILE`.';
  return problemAt(place, { code: 'no-config', path: '', message: 'There is no such configuration file.', mend });
}

function readSubstituted(path: string): { readonly text: string } | { readonly fault: string } {
  const read = readText(path, maxSubstitutedBytes);
  return 'fault' in read ? read : { text: read.text.replace(/(?:\r?\n)+$/, '') };
}

interface Fault {
  readonly fault: string;
  readonly missing: boolean;
}

const notText = 'it is not UTF-8 text';

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOENT: 'there is no such file',
};

/** Reads at most `maxBytes`: whatever the path leads to, memory is bounded. */
function readText(path: string, maxBytes: number): { readonly text: string } | Fault {
  const bytes = Buffer.allocUnsafe(maxBytes + 1);
  let length = 0;
  try {
    const file = openSync(path, 'r');
    try {
      for (let read = -1; read !== 0 && length <= maxBytes; length += read)
        read = readSync(file, bytes, length, bytes.length - length, null);
    } finally {
      closeSync(file);
    }
    if (length > maxBytes) return { fault: `it is longer than ${maxBytes / 1024} KiB`, missing: false };
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length)) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const fault = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? notText : (words[code ?? ''] ?? message);
    return { fault, missing: code === 'ENOENT' };
  }
}
