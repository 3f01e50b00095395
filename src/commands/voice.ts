import type { Config } from '../config/options.js';
import { createLogger, type Logger } from '../metrics/logger.js';
import type { Redactor } from '../metrics/redactor.js';
import type { Io } from './io.js';

interface Out {
  write(text: string): unknown;
}

/** How a run speaks on stderr. */
export interface Voice {
  /** People read along, and there is a line to draw progress on. */
  readonly hasTerminal: boolean;
  readonly logger: Logger;
  /** What somebody must know before the end: an `error` line among JSON lines, a plain sentence for people. */
  readonly say: (problem: string) => void;
  /** From here on all goes through the progress line, which makes room. */
  speakThrough(out: Out): void;
}

export function createVoice({ level, format }: Config['logging'], io: Io, redact: Redactor): Voice {
  const hasTerminal = io.isTty && format === 'auto';
  const isText = hasTerminal || format === 'pretty';
  let out: Out = { write: text => io.err(text) };
  const logger = createLogger({
    level,
    format: isText ? 'text' : 'json',
    colour: hasTerminal && !io.env.NO_COLOR,
    redact,
    out: { write: text => out.write(text) },
  });
  return {
    hasTerminal,
    logger,
    say: problem => (isText ? void out.write(`${redact.text(problem)}\n`) : logger.error(problem)),
    speakThrough: given => {
      out = given;
    },
  };
}
