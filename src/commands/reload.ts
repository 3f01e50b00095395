import { changedOptions } from '../config/changes.js';
import type { Loaded } from '../config/load-config.js';
import type { Config } from '../config/options.js';
import type { Running } from '../ingest/blueprint.js';
import { limitsOf } from './make-plan.js';

export interface ReloadParts {
  readonly load: () => Loaded;
  readonly setLimits: Running['setLimits'];
}

export interface Reloaded {
  readonly level: 'info' | 'warn';
  readonly text: string;
}

const mostNamed = 10;

/**
 * Reads the configuration again and takes over the limits of the sources that run; what else was changed is named, because it takes a restart. Each call
 * compares with what runs.
 * @param config what was started
 */
export function createReload(config: Config, { load, setLimits }: ReloadParts): () => Reloaded {
  const running = new Map(Object.entries(config.sources).map(([name, source]) => [name, limitsOf(source)]));
  return () => {
    const loaded = load();
    if (!loaded.ok) return refused(loaded.problems);
    const takenOver: string[] = [];
    for (const [name, source] of Object.entries(loaded.config.sources)) {
      const [before, after] = [running.get(name), limitsOf(source)];
      // Of another vendor they say nothing about the one that runs.
      if (before === undefined || source.type !== config.sources[name]?.type) continue;
      if (changedOptions(before, after).length === 0) continue;
      running.set(name, after);
      setLimits(name, after);
      takenOver.push(`sources.${name}.limits`);
    }
    const others = changedOptions(config, loaded.config).filter(path => !/^sources\.[^.]+\.limits$/.test(path));
    const taken = `${takenOver.length > 0 ? listed(takenOver) : 'nothing'} taken over; lists in files are looked at`;
    if (others.length === 0) return { level: 'info', text: taken };
    return { level: 'warn', text: `${taken}; a restart is needed for ${listed(others)}` };
  };
}

function refused([first, ...more]: (Loaded & { ok: false })['problems']): Reloaded {
  const { code, file, line, column, path, message } = first!;
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more problems; \`financelake validate\` says them)`;
  const text = `the configuration is not taken over, all runs on as before: ${code} ${place} ${path}: ${message}${rest}`;
  return { level: 'warn', text };
}

const listed = (paths: readonly string[]): string =>
  paths.length <= mostNamed
    ? paths.join(', ')
    : `${paths.slice(0, mostNamed).join(', ')} and ${paths.length - mostNamed} more`;
