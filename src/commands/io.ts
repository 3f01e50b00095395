/** What a verb sees of the process it runs in; tests pass their own. `process.stdout` and `process.stderr` fit `out` and `err`. */
export interface Io {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Whether `out` is a terminal. */
  readonly isTty: boolean;
  /** Sets the exit code; the process ends when nothing is left to do. */
  exit(code: number): void;
}
