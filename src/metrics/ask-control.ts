import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { reachControl } from './control-socket.js';

const patienceMs = 5000;
/** For what it is told to do: letters by the thousand are read from Kafka. */
const workMs = 300_000;

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
export const askControl = (logPath: string, path: string): Promise<ControlAnswer | undefined> =>
  overControl(logPath, { method: 'GET', path, patienceMs });

/** Tells it to do something: like `askControl`. @param body goes as JSON */
export const tellControl = (logPath: string, path: string, body: unknown): Promise<ControlAnswer | undefined> =>
  overControl(logPath, { method: 'POST', path, patienceMs: workMs, body: JSON.stringify(body) });

interface Asked {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly patienceMs: number;
  readonly body?: string;
}

async function overControl(logPath: string, asked: Asked): Promise<ControlAnswer | undefined> {
  try {
    const reach = reachControl(logPath);
    try {
      return await ask(reach.path, asked);
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
    const reason =
      name === 'TimeoutError' || code === 'ABORT_ERR' ? `silent for ${asked.patienceMs / 1000} s` : message;
    throw new Error(`the instance that runs with ${logPath} does not answer (${reason})`, { cause: error });
  }
}

function ask(socketPath: string, { method, path, patienceMs: waitMs, body }: Asked): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(waitMs);
    const headers = { host: 'localhost', ...(body !== undefined && { 'content-type': 'application/json' }) };
    // No agent: a kept connection would hold up the end of either process.
    const request = httpRequest({ socketPath, method, path, agent: false, signal, headers }, response => {
      text(response)
        .then(answer => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) as unknown }))
        .catch(reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}
