import { connect } from 'node:net';

/** Opens a connection to `host:port` and closes it again. Rejects with what is wrong in a few words. */
export function reach(address: string, deadlineMs: number): Promise<void> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(address.slice(at + 1)) });
    const end = (settle: () => void): void => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(deadlineMs, () => end(() => reject(new Error(`no connection within ${deadlineMs / 1000} s`))));
    socket.once('connect', () => end(resolve));
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) => end(() => reject(new Error(code ?? message))));
  });
}
