import { type Logger, pino, stdTimeFunctions } from 'pino';
import { prettyLine } from './pretty-line.js';
import type { Redactor } from './redactor.js';
import type { Level } from './sentence.js';

export type { Logger };

export interface LoggerOptions {
  readonly level: Level;
  /** One JSON object a line for machines, or one line of text for people. */
  readonly format: 'json' | 'text';
  readonly colour: boolean;
  readonly redact: Redactor;
  /** Takes whole lines, newline included: the terminal's progress line, or `process.stderr`. */
  readonly out: { write(line: string): unknown };
}

/** The process's logger. Lines go out in order and at once; nothing is buffered, so that a crash loses no line. */
export function createLogger({ level, format, colour, redact, out }: LoggerOptions): Logger {
  const write = (line: string): void => {
    const safe = redact.json(line);
    out.write(format === 'json' ? (safe.endsWith('\n') ? safe : `${safe}\n`) : `${prettyLine(safe, colour)}\n`);
  };
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
    },
    { write },
  );
}
