import { closeSync, constants, lstatSync, openSync, unlinkSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';

const socketName = 'control.sock';
// sockaddr_un has 108 bytes on Linux, 104 elsewhere, the final zero included; a longer path would be cut without a word.
const maxPathBytes = process.platform === 'linux' ? 107 : 103;

/** A way to the socket that the kernel takes. Valid until `close`. */
export interface Reach {
  readonly path: string;
  close(): void;
}

/**
 * @throws Error with the code of the failed system call when a long path's directory cannot be opened, or ENAMETOOLONG where the
 * platform has no way around the limit.
 */
export function reachControl(logPath: string): Reach {
  const path = join(logPath, socketName);
  if (Buffer.byteLength(path) <= maxPathBytes) return { path, close: () => undefined };
  if (process.platform !== 'linux')
    throw Object.assign(new Error(`${path} is longer than ${maxPathBytes} bytes: use a shorter log.path`), {
      code: 'ENAMETOOLONG',
    });
  const directory = openSync(logPath, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${directory}/${socketName}`, close: () => closeSync(directory) };
}

export interface ControlSocket {
  close(): Promise<void>;
}

/**
 * Answers `listener` on `control.sock` in the log's directory, mode 0600 from its first instant. A socket that a killed process left is replaced.
 * @throws Error EADDRINUSE when another process answers there, or with the code of the failed system call.
 */
export async function listenControl(logPath: string, listener: RequestListener): Promise<ControlSocket> {
  const reach = reachControl(logPath);
  const server = createServer({ requestTimeout: 10_000 }, listener);
  try {
    await bind(server, reach.path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      if (await answers(reach.path))
        throw Object.assign(new Error(`another instance already runs with ${logPath}`), { code: 'EADDRINUSE' });
      unlinkSync(reach.path);
      await bind(server, reach.path);
    });
  } catch (error) {
    reach.close();
    throw error;
  }
  const close = (): Promise<void> =>
    new Promise(resolve => {
      // Closing removes the socket by the path it was bound to, so the directory stays open until then.
      server.close(() => {
        reach.close();
        resolve();
      });
      server.closeAllConnections();
    });
  // Once: by the second time the descriptor's number may be another file's.
  let closing: Promise<void> | undefined;
  return {
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The socket file is made within this call; a chmod after it would leave a moment for others.
    const before = process.umask(0o177);
    try {
      server.listen({ path }, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

/** False when nobody listens: the process behind the socket is gone. Anything that is no socket is left alone. */
async function answers(path: string): Promise<boolean> {
  if (!lstatSync(path).isSocket())
    throw Object.assign(new Error(`${path} is in the way and is no socket: move it`), { code: 'EEXIST' });
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? resolve(false) : reject(error),
    );
  });
}
