import type { Writable } from 'node:stream';

export interface LossyOutput {
  readonly write: (text: string) => void;
  /** Told of each text that was lost. */
  readonly onLost: (handler: () => void) => void;
}

/**
 * Writes what may be lost: log lines. A full disk or a reader that is gone costs the lines, not the work, and what comes later is tried again.
 * Without the listener Node ends the process at the first such error, in the middle of everything.
 */
export function lossyOutput(stream: Writable): LossyOutput {
  const handlers: (() => void)[] = [];
  const lost = (): void => {
    for (const handler of handlers) handler();
  };
  // The callback of each write says it, too.
  stream.on('error', () => undefined);
  return {
    write(text) {
      try {
        stream.write(text, error => {
          if (error) lost();
        });
      } catch {
        // Files are written in the call itself, and some versions of Node throw out of it.
        lost();
      }
    },
    onLost: handler => void handlers.push(handler),
  };
}
