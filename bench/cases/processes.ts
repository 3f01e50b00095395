import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const pathOf = (script: string): string => fileURLToPath(new URL(`${script}.js`, import.meta.url));

/** A script of this directory that runs until `stop`, and the first thing that it said. */
export async function serving<T>(script: string, ...args: readonly string[]): Promise<{ said: T; stop(): void }> {
  const child = fork(pathOf(script), args);
  const said = await new Promise<T>((resolve, reject) => {
    child.once('message', message => resolve(message as T));
    child.once('exit', code => reject(new Error(`${script} ended with ${code}`)));
  });
  return { said, stop: () => child.disconnect() };
}

/** A script of this directory in a process of its own, so that one case does not warm or burden the next. Resolves with the last thing that it said. */
export function measured<T>(script: string, args: readonly string[], execArgv: readonly string[] = []): Promise<T> {
  const child = fork(pathOf(script), args, { execArgv: [...execArgv] });
  let said: T | undefined;
  child.on('message', message => {
    said = message as T;
  });
  return new Promise((resolve, reject) => {
    child.once('exit', code =>
      said === undefined ? reject(new Error(`${script} ended with ${code}`)) : resolve(said),
    );
  });
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
