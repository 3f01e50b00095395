import type { Dispatcher } from 'undici';
import { httpFailure } from './failure.js';

/** One answer as it came over the wire: complete, its body not decoded. */
export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Outgoing {
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** GET where absent. */
  readonly method?: 'GET' | 'HEAD';
}

export interface Exchange {
  /** Rejects with what undici or Node threw, or with what `end` was given. */
  readonly answer: Promise<Received>;
  /** Closes the connection, also one that is only being made: then as soon as it stands. */
  end(why: Error): void;
}

/** Set by an answer that leads elsewhere. */
export const isRedirect = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308;

/**
 * One GET, or one HEAD, which has no body. Holds at most `maxBytes` of the body, half as much again while its buffer grows; a declared length beyond the bound is refused unread. The body of a redirect is not read: its
 * connection is closed. On undici's dispatcher and not on its `request`, which makes a stream of every body: half of the cost of a small answer.
 */
export function exchange(dispatcher: Dispatcher, outgoing: Outgoing, maxBytes: number): Exchange {
  const { origin, path, headers, method = 'GET' } = outgoing;
  let controller: Dispatcher.DispatchController | undefined;
  let ended: Error | undefined;
  let settle: (received: Received) => void;
  let fail: (error: Error) => void;
  const answer = new Promise<Received>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  let status = 0;
  let received: Record<string, string> = {};
  let bytes = 0;
  let body: Buffer = Buffer.alloc(0);
  // One buffer that doubles: a body in chunks of one byte would otherwise hold an object for each byte.
  const take = (chunk: Buffer): void => {
    const end = bytes + chunk.length;
    if (bytes === 0) body = chunk;
    else if (end > body.length) {
      const grown = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(2 * end, Number(received['content-length']) || 0)));
      body.copy(grown, 0, 0, bytes);
      body = grown;
    }
    if (bytes > 0) chunk.copy(body, bytes);
    bytes = end;
  };

  const end = (why: Error): void => {
    fail(why);
    ended = why;
    controller?.abort(why);
  };
  const tooLarge = (): void => end(httpFailure('too-large', origin, `more than ${maxBytes} bytes`));

  dispatcher.dispatch(
    { origin, path, method, headers },
    {
      onRequestStart(started) {
        controller = started;
        if (ended) started.abort(ended);
      },
      onResponseStart(_controller, code, raw) {
        if (code < 200) return;
        status = code;
        received = joined(raw);
        if (isRedirect(code) && received.location !== undefined) {
          settle({ status, headers: received, body: Buffer.alloc(0) });
          end(new Error('the body of a redirect is not read'));
        } else if (method === 'GET' && Number(received['content-length']) > maxBytes) tooLarge();
      },
      onResponseData(_controller, chunk) {
        if (bytes + chunk.length > maxBytes) tooLarge();
        else take(chunk);
      },
      onResponseEnd() {
        const whole = body.subarray(0, bytes);
        // undici takes the connection back in an immediate that it asks for after this: whoever called again before that would open another one.
        queueMicrotask(() => setImmediate(() => settle({ status, headers: received, body: whole })));
      },
      onResponseError(_controller, error) {
        fail(error);
      },
    },
  );
  return { answer, end };
}

function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value = ''] of Object.entries(headers))
    texts[name] = typeof value === 'string' ? value : value.join(', ');
  return texts;
}
