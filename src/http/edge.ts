/** One GET as a value. `query` values may hold secrets: the edge never shows them in an error, an event or a log line. */
export interface HttpRequest {
  /** Origin and path, no query: `https://www.alphavantage.co/query`. */
  readonly url: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; a repeated header is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export type HttpFailureCode =
  | 'timeout'
  | 'too-large'
  /** Not called at all. */
  | 'refused-host'
  /** Called, and its answer leads to where it may not. */
  | 'refused-redirect'
  | 'too-many-redirects'
  | 'connect'
  | 'dns'
  | 'tls'
  | 'cut'
  | 'coding'
  | 'aborted'
  /** Not called, because it is not certain whose call it would be. */
  | 'not-held';

/** Every way in which an exchange fails without an answer. `message` names the host and nothing else of the request. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly code: HttpFailureCode;
  constructor(code: HttpFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The wire as an argument. Resolves with any complete answer, whatever its status; rejects only with `HttpFailure`.
 * The whole exchange (connect, headers, body, redirects) ends within the edge's deadline; the decoded body is at most its `maxBytes`.
 */
export type HttpEdge = (request: HttpRequest, signal?: AbortSignal) => Promise<HttpAnswer>;
