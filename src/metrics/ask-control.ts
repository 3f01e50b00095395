import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { reachControl } from './control-socket.js';

const patienceMs = 5000;

export interface ControlAnswer {
  readonly status: number;
  /** Parsed JSON. */
  readonly body: unknown;
}

/**
 * Asks the instance that runs with this log: `askControl('./data/log', '/api/v1/status')`.
 * @returns undefined when none runs
 * @throws Error one line for people: the instance does not answer, or (with the system call's code) this user may not ask it
 */
export async function askControl(logPath: string, path: string): Promise<ControlAnswer | undefined> {
  try {
    const reach = reachControl(logPath);
    try {
      return await ask(reach.path, path);
    } finally {
      reach.close();
    }
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return undefined;
    if (code === 'EACCES' || code === 'EPERM')
      throw Object.assign(
        new Error(`${logPath} may not be read by this user: ask as the user that runs it`, { cause: error }),
        { code },
      );
    const reason = name === 'TimeoutError' || code === 'ABORT_ERR' ? `silent for ${patienceMs / 1000} s` : message;
    throw new Error(`the instance that runs with ${logPath} does not answer (${reason})`, { cause: error });
  }
}

function ask(socketPath: string, path: string): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(patienceMs);
    // No agent: a kept connection would hold up the end of either process.
    const request = get({ socketPath, path, agent: false, signal, headers: { host: 'localhost' } }, response => {
      text(response)
        .then(body => resolve({ status: response.statusCode ?? 0, body: JSON.parse(body) as unknown }))
        .catch(reject);
    });
    request.once('error', reject);
  });
}
