import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Case } from './cases.js';

/** Answers `GET /AT/…` as the case number AT does, on a free loopback port. */
export async function hostileServer(
  cases: readonly Case[],
): Promise<{ readonly origin: string; readonly calls: Map<string, number>; close(): void }> {
  const open = new Set<Socket>();
  const calls = new Map<string, number>();
  const server = createServer(socket => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.on('data', request => {
      const at = /^GET \/(\d+)/.exec(request.toString('latin1'))?.[1];
      const asked = at === undefined ? undefined : cases[Number(at)];
      if (!asked) return socket.destroy();
      calls.set(asked.name, (calls.get(asked.name) ?? 0) + 1);
      asked.talk(socket);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
