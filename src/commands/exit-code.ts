import { KafkaFailure } from '../log/kafka/kafka-failure.js';
import { LogFailure } from '../log/log.js';
import { ScenarioFailure } from '../simulator/read-scenario.js';

/** An error for people that ends the program with a code of its own. */
export class ExitFailure extends Error {
  override readonly name = 'ExitFailure';
  readonly exitCode: 1 | 2 | 3;
  constructor(exitCode: 1 | 2 | 3, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * What an error that ends a verb means to the caller: 2 what was asked for is wrong, 3 the environment, 1 anything else. A system call's error has a
 * code without underscore (`EADDRINUSE`); Node's own (`ERR_OUT_OF_RANGE`) are faults of the program.
 */
export function exitCodeOf(error: unknown): 1 | 2 | 3 {
  if (error instanceof ExitFailure) return error.exitCode;
  if (error instanceof ScenarioFailure) return 2;
  if (error instanceof KafkaFailure) return 3;
  if (error instanceof LogFailure) return error.code === 'topic' ? 2 : 3;
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? 3 : 1;
}
