import type { Io } from '../../src/commands/io.js';

/** Nobody at the terminal and nothing in the environment; a test puts what it looks at in place. */
export const quietIo: Io = {
  out: () => undefined,
  err: () => undefined,
  onLostOutput: () => undefined,
  onStop: () => undefined,
  env: {},
  cwd: '/',
  isTty: false,
  exit: () => undefined,
};
