import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { FrameReader } from './kafka/frames.js';
import { FaultProxy } from './kafka/proxy.js';

const frame = (correlationId: number, size = 20): Buffer => {
  const bytes = Buffer.alloc(size, correlationId);
  bytes.writeInt32BE(size - 4, 0);
  bytes.writeInt16BE(0, 4);
  bytes.writeInt32BE(correlationId, 8);
  return bytes;
};
const answer = (correlationId: number): Buffer => {
  const bytes = Buffer.alloc(12);
  bytes.writeInt32BE(8, 0);
  bytes.writeInt32BE(correlationId, 4);
  return bytes;
};

/** `once` would throw the reset. */
const gone = (socket: Socket): Promise<unknown> =>
  new Promise(resolve => socket.on('error', () => {}).on('close', resolve));

/** What answers each request with its number, and remembers what came. */
async function setUp(t: ExecutionContext) {
  const came: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket.on('error', () => {}));
    const frames = new FrameReader();
    socket.on('data', (chunk: Buffer) => {
      came.push(chunk);
      for (const bytes of frames.push(chunk)) socket.write(answer(bytes.readInt32BE(8)));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await FaultProxy.before((server.address() as AddressInfo).port);
  const client = connect(proxy.port, '127.0.0.1');
  const closed = gone(client);
  t.teardown(async () => {
    client.destroy();
    await proxy.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  let got = Buffer.alloc(0);
  client.on('data', (chunk: Buffer) => {
    got = Buffer.concat([got, chunk]);
  });
  const until = async (bytes: number): Promise<Buffer> => {
    while (got.length < bytes) await once(client, 'data');
    return got;
  };
  return { proxy, client, closed, until, came: () => Buffer.concat(came), got: () => got };
}

test('frames pass in order, however they are cut on the way, and a delayed one holds up those behind it', async t => {
  const { proxy, client, until } = await setUp(t);
  proxy.faults = { response: ({ correlationId }) => (correlationId === 1 ? { delayMs: 30 } : 'pass') };
  const bytes = Buffer.concat([frame(1), frame(2), frame(3)]);
  client.write(bytes.subarray(0, 5));
  client.write(bytes.subarray(5, 25));
  client.write(bytes.subarray(25));
  t.deepEqual(await until(36), Buffer.concat([answer(1), answer(2), answer(3)]));
});

test('a request that is cut arrives up to that byte, then both sides are reset', async t => {
  const { proxy, client, closed, came } = await setUp(t);
  proxy.faults = { request: ({ correlationId }) => (correlationId === 2 ? { cutAt: 7 } : 'pass') };
  client.write(Buffer.concat([frame(1), frame(2), frame(3)]));
  await closed;
  t.deepEqual(came(), Buffer.concat([frame(1), frame(2).subarray(0, 7)]));
});

test('an answer that is cut arrives up to that byte', async t => {
  const { proxy, client, closed, got } = await setUp(t);
  proxy.faults = { response: ({ apiKey }) => (apiKey === 0 ? { cutAt: 4 } : 'pass') };
  client.write(frame(9));
  await closed;
  t.deepEqual(got(), answer(9).subarray(0, 4));
});

test('a connection that has swallowed once stays mute and open; a reset ends it, and a new one is refused or not', async t => {
  const { proxy, client, closed, came } = await setUp(t);
  const swallowed = new Promise<void>(resolve => {
    proxy.faults = {
      request: () => {
        resolve();
        return 'swallow';
      },
    };
  });
  client.write(frame(1));
  await swallowed;
  const other = connect(proxy.port, '127.0.0.1').on('error', () => {});
  await once(other, 'connect');
  proxy.heal();
  other.write(frame(2));
  await once(other, 'data');
  client.write(frame(3));
  other.write(frame(4));
  await once(other, 'data');
  t.deepEqual(came(), Buffer.concat([frame(2), frame(4)]));
  t.false(client.destroyed);
  proxy.faults = { refuse: true };
  await gone(connect(proxy.port, '127.0.0.1'));
  const otherClosed = gone(other);
  proxy.resetAll();
  await Promise.all([closed, otherClosed]);
});

test('throttled bytes arrive', async t => {
  const { proxy, client, until } = await setUp(t);
  proxy.faults = { bytesPerSecond: 1000 };
  client.write(frame(1));
  t.deepEqual(await until(12), answer(1));
});
