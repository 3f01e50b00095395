import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, csvAnswer, jsonAnswer } from './answer.js';
import type { Asked } from './query.js';
import { ScenarioFailure } from './read-scenario.js';

/** One line of `bodies.json`. Parameters that it does not name may be anything. */
export interface RecordedBody {
  /** `TIME_SERIES_DAILY` … */
  readonly function: string;
  /** `IBM`, `USD/JPY`, `ETH/USD`, or `*` for any. */
  readonly symbol: string;
  readonly interval?: string;
  readonly datatype?: 'json' | 'csv';
  readonly file: string;
}

/** The recorded answer to a call, byte for byte; undefined where none is. */
export type Recorded = (asked: Asked) => Answer | undefined;

const isRecordedBody = (value: unknown): value is RecordedBody =>
  typeof value === 'object' &&
  value !== null &&
  ['function', 'symbol', 'file'].every(name => typeof (value as Record<string, unknown>)[name] === 'string');

/**
 * Reads `DIRECTORY/bodies.json` and every file that it names; nothing is read later.
 * @throws ScenarioFailure with one line when the index or a file cannot be read
 */
export function recordedBodies(directory: string): Recorded {
  const bodies = read(directory);
  return asked => {
    const found = bodies.find(
      ({ function: name, symbol, interval, datatype = 'json' }) =>
        name === asked.name &&
        (symbol === '*' || symbol === asked.symbol) &&
        (interval === undefined || interval === asked.parameters.get('interval')) &&
        datatype === asked.format,
    );
    if (!found) return undefined;
    const delivery = { function: asked.name, symbols: [asked.symbol], asOfMs: asked.asOfMs, recorded: found.file };
    const answer =
      asked.format === 'csv' ? csvAnswer('', found.file.replace(/\.csv$/, ''), delivery) : jsonAnswer('', delivery);
    return { ...answer, body: found.bytes };
  };
}

function read(directory: string): readonly (RecordedBody & { readonly bytes: Buffer })[] {
  try {
    const index: unknown = JSON.parse(readFileSync(join(directory, 'bodies.json'), 'utf8'));
    if (!Array.isArray(index) || !index.every(isRecordedBody))
      throw new Error(`${directory}/bodies.json is not a list of {function, symbol, file}`);
    return index.map(entry => ({ ...entry, bytes: readFileSync(join(directory, entry.file)) }));
  } catch (error) {
    throw new ScenarioFailure(`recorded bodies cannot be used: ${(error as Error).message}`);
  }
}
