import { type AddressInfo, createServer, type Socket } from 'node:net';
import { body, type Talk } from './answer.js';
import type { Case } from './cases.js';

/** One day's bar whose close moves with every call: each answer is a record. */
const healthy = (call: number): Talk =>
  body(
    () =>
      `{"Time Series (Daily)":{"2024-06-04":{"1. open":"1","2. high":"9","3. low":"1","4. close":"2.${call}","5. volume":"10"}}}`,
  );

/** Answers `GET /AT/…` as the case number AT does, and calls for a symbol that begins with GOOD properly, on a free loopback port. */
export async function hostileServer(
  cases: readonly Case[],
): Promise<{ readonly origin: string; readonly calls: Map<string, number>; close(): void }> {
  const open = new Set<Socket>();
  const calls = new Map<string, number>();
  let healthyCalls = 0;
  const server = createServer(socket => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.on('data', request => {
      const head = request.toString('latin1');
      if (/^GET \S+[?&]symbol=GOOD/.test(head)) return healthy(100_000 + healthyCalls++)(socket);
      const at = /^GET \/(\d+)/.exec(head)?.[1];
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
