import type { Env } from '../config/environment.js';

/** What a command may touch of the process; `main` hands in the real one, a test its own. */
export interface Io {
  /** Results, as they are: the caller ends lines. */
  out(text: string): void;
  /** What is for people beside the result. */
  err(text: string): void;
  /** Told of each text to `err` that could not be written. */
  onLostOutput(handler: () => void): void;
  readonly env: Env;
  readonly cwd: string;
  /** Whether `err` and `out` reach a terminal that may be coloured. */
  readonly isTty: boolean;
  /** 0 done, 1 failed while running, 2 bad configuration or usage, 3 environment, 130 and 143 stopped before the drain ended. */
  exit(code: number): void;
  /** Told of SIGINT and SIGTERM instead of the process's own end. A second signal ends the process at once. */
  onStop(handler: (signal: 'SIGINT' | 'SIGTERM') => void | Promise<void>): void;
}
