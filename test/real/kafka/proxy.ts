import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Frame, FrameReader, requestFrame } from './frames.js';

/**
 * What becomes of a frame. `swallow`: it and all that follows it in this connection is lost while both sides see an open connection. `cutAt`: so many of its
 * bytes arrive, then both sides see a reset. Frames keep their order, so a delayed one holds up those behind it.
 */
export type Fate = 'pass' | 'swallow' | { readonly delayMs: number } | { readonly cutAt: number };

export interface Faults {
  readonly request?: (frame: Frame) => Fate;
  readonly response?: (frame: Frame) => Fate;
  /** New connections are reset. */
  readonly refuse?: boolean;
  /** In each direction of each connection. */
  readonly bytesPerSecond?: number;
}

/** Stands on loopback before one broker and passes everything on until told otherwise. Its clients speak plain text. */
export class FaultProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  /** In force for each frame that arrives from here on. */
  faults: Faults = {};
  /** Connections taken so far. */
  served = 0;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    server.on('connection', socket => this.#serve(socket));
  }

  static async before(target: number): Promise<FaultProxy> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, target);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  heal(): void {
    this.faults = {};
  }

  /** Every open connection is reset at once. */
  resetAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.resetAll();
    await closed;
  }

  #serve(client: Socket): void {
    if (this.faults.refuse) {
      client.on('error', () => {}).resetAndDestroy();
      return;
    }
    this.served++;
    const broker = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    const reset = (): void => {
      client.resetAndDestroy();
      broker.resetAndDestroy();
    };
    /** Requests that wait for their answer: a response names its request by number only. */
    const asked = new Map<number, number>();
    const toBroker = lane(broker, reset, () => this.faults.bytesPerSecond);
    const toClient = lane(client, reset, () => this.faults.bytesPerSecond);
    const requests = new FrameReader();
    const responses = new FrameReader();
    client.on('data', (chunk: Buffer) => {
      for (const bytes of requests.push(chunk)) {
        const frame = requestFrame(bytes);
        asked.set(frame.correlationId, frame.apiKey);
        toBroker(bytes, this.faults.request?.(frame) ?? 'pass');
      }
    });
    broker.on('data', (chunk: Buffer) => {
      for (const bytes of responses.push(chunk)) {
        const correlationId = bytes.readInt32BE(4);
        const apiKey = asked.get(correlationId) ?? -1;
        asked.delete(correlationId);
        toClient(bytes, this.faults.response?.({ bytes, apiKey, correlationId }) ?? 'pass');
      }
    });
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(socket);
      // A reset of one side is one of the other; an end, too: what is under way in the lanes is lost as in a broken network.
      socket.on('error', reset).on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

/** Writes frames one after the other, each when its fate has been fulfilled. */
function lane(to: Socket, reset: () => void, rate: () => number | undefined): (bytes: Buffer, fate: Fate) => void {
  let before: Promise<void> = Promise.resolve();
  let isSwallowed = false;
  const write = async (bytes: Buffer): Promise<void> => {
    const bytesPerSecond = rate();
    if (bytesPerSecond !== undefined) await delay((bytes.length / bytesPerSecond) * 1000);
    if (!to.destroyed && !to.write(bytes)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
  };
  return (bytes, fate) => {
    before = before
      .then(async () => {
        isSwallowed ||= fate === 'swallow';
        if (isSwallowed) return;
        if (typeof fate === 'string') return await write(bytes);
        if ('delayMs' in fate) {
          await delay(fate.delayMs);
          return await write(bytes);
        }
        await write(bytes.subarray(0, fate.cutAt));
        isSwallowed = true;
        // What was written has to leave before the reset, which throws away what the kernel still holds.
        to.write('', () => setImmediate(reset));
      })
      .catch(reset);
  };
}
