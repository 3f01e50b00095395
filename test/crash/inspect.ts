import type { Log } from '../../src/log/log.js';
import { openTemp } from '../log/temp-log.js';

/** The next writer takes over at once, and finds no damage. @returns what is wrong */
export async function inspect(
  path: string,
  bounds: { readonly retainBytes: number; readonly maxBytes: number },
  look: (log: Log) => readonly string[],
): Promise<readonly string[]> {
  try {
    const { log, events } = await openTemp(path, bounds);
    const faults = look(log);
    await log.close();
    return [...faults, ...events.flatMap(event => (event.kind === 'log-damaged' ? [event.reason] : []))];
  } catch (error) {
    return [String(error)];
  }
}
