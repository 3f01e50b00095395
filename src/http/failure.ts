import { HttpFailure, type HttpFailureCode } from './edge.js';

/** The `code` of an error by which a name is refused for the address it leads to. */
export const privateAddress = 'FL_PRIVATE_ADDRESS';

const codes: readonly (readonly [shape: RegExp, code: HttpFailureCode])[] = [
  [/^(ENOTFOUND|ENODATA|EAI_\w+|ESERVFAIL)$/, 'dns'],
  [/^(EPROTO|ERR_TLS_\w+|ERR_SSL_[\w/]+|CERT_\w+|CRL_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+|HOSTNAME_MISMATCH)$/, 'tls'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|Z_BUF_ERROR|ERR_BROTLI_\w*NEEDS_MORE\w*)$/, 'cut'],
  [/^(HPE_INVALID_EOF_STATE|HPE_CLOSED_CONNECTION|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/, 'cut'],
  [/^(ERR_BUFFER_TOO_LARGE|HPE_HEADER_OVERFLOW|UND_ERR_HEADERS_OVERFLOW)$/, 'too-large'],
  [/^UND_ERR_CONNECT_TIMEOUT$/, 'timeout'],
  [/^(HPE_\w+|Z_\w+|ERR_\w*BROTLI\w*|ERR_\w*PADDING\w*|ERR__ERROR_\w+)$/, 'coding'],
];

/** With these no byte was sent, and the call gives its quota back. What is not known here counts as sent. */
const neverConnected =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDR\w+|EAFNOSUPPORT|EACCES|EPERM|EMFILE|ENFILE|PROXY_\d+)$/;

const words: Record<HttpFailureCode, string> = {
  timeout: 'no complete answer within the deadline',
  'too-large': 'the answer is larger than allowed',
  'refused-host': 'refused to call this host',
  'refused-redirect': 'refused to go where it leads',
  'too-many-redirects': 'too many redirects',
  connect: 'could not connect',
  dns: 'the host name could not be resolved',
  tls: 'no trusted TLS connection',
  cut: 'the connection ended before the answer was complete',
  coding: 'the answer could not be decoded',
  aborted: 'given up by the caller',
  'not-held': 'not called',
};

/** A failure whose text is ours alone: `origin` is scheme, host and port, `detail` must hold nothing of the request. */
export const httpFailure = (code: HttpFailureCode, origin: string, detail?: string): HttpFailure =>
  new HttpFailure(code, `${origin}: ${words[code]}${detail === undefined ? '' : ` (${detail})`}`);

/**
 * What Node, zlib or undici threw, as one of ours. Only its `code` is looked at: messages may name hosts, addresses and bytes of the answer.
 */
export function failureOf(error: unknown, origin: string): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const code = codeOf(error);
  if (code === undefined) return httpFailure('cut', origin);
  if (code === privateAddress)
    return httpFailure('refused-host', origin, 'its name leads to a private address; allowPrivate would allow that');
  const known = codes.find(([shape]) => shape.test(code))?.[1];
  return httpFailure(known ?? (neverConnected.test(code) ? 'connect' : 'cut'), origin, code);
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  // undici leaves out which rule of HTTP was broken but for its words, which hold nothing of the answer.
  if (error.name === 'HTTPParserError') return /EOF/.test(error.message) ? 'HPE_INVALID_EOF_STATE' : 'HPE_INVALID';
  if (typeof code === 'string' && /^[A-Z0-9_/]{2,64}$/.test(code)) return code;
  // Several addresses were tried and each failed: Node gives one error for all of them, sometimes without a code of its own.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
}
