import { isCertificateFault } from '../certificate-fault.js';
import { KafkaFailure, type KafkaFailureCode } from '../kafka-failure.js';
import { codeOfProtocolError } from '../protocol-errors.js';
import { type Met, wordedFailure } from '../worded-failure.js';

/** What errors of KafkaJS carry, each kind some of it. */
interface ClientError extends Error {
  readonly type?: string;
  readonly code?: string | number;
  readonly broker?: string;
  readonly cause?: unknown;
  readonly errors?: readonly Error[];
}

/** KafkaJS wraps an error once more for each layer of retries; the innermost says what happened. */
function innermost(error: unknown): ClientError {
  let inner = error as ClientError;
  for (let depth = 0; depth < 8; depth++) {
    const next = inner.errors?.[0] ?? (inner.cause as ClientError | undefined);
    if (!(next instanceof Error)) break;
    inner = next as ClientError;
  }
  return inner;
}

/** The brokers' name of the error, where it is one of theirs. */
export const protocolError = (error: unknown): string | undefined => innermost(error).type;

/** An error that does not come from Kafka or the network: KafkaJS lost its way (a broker that is gone from its tables, a state it does not foresee). */
export function isLost(error: unknown): boolean {
  return /^(Type|Range|Reference|Assertion)Error$|InvariantViolation/.test(innermost(error).name);
}

export function kafkajsFailure(error: unknown, met: Omit<Met, 'detail' | 'cause' | 'broker'>): KafkaFailure {
  const inner = innermost(error);
  // Ours, thrown inside KafkaJS or by it: a token that cannot be read, an answer without a place.
  if (inner instanceof KafkaFailure) return inner;
  const { name, type, code, broker, message } = inner;
  const detail = message.replace(/^(?:Connection error|SASL .{1,20} authentication failed): /, '');
  const cause = typeof code === 'string' ? code : undefined;
  if (name === 'KafkaJSConnectionError' && isCertificateFault(cause, detail))
    return wordedFailure('certificate', { ...met, broker, detail, cause });
  const found = type === undefined ? (codesByName[name] ?? 'broker') : codeOfProtocolError(type);
  return wordedFailure(found, { ...met, broker, cause, detail: type === undefined ? detail : `${type}: ${detail}` });
}

const codesByName: Readonly<Record<string, KafkaFailureCode>> = {
  KafkaJSSASLAuthenticationError: 'authentication',
  KafkaJSConnectionError: 'unreachable',
  KafkaJSConnectionClosedError: 'unreachable',
  KafkaJSBrokerNotFound: 'unreachable',
  KafkaJSMetadataNotLoaded: 'unreachable',
  KafkaJSTopicMetadataNotLoaded: 'topic-missing',
  KafkaJSRequestTimeoutError: 'timeout',
  KafkaJSLockTimeout: 'timeout',
  KafkaJSServerDoesNotSupportApiKey: 'unsupported',
  KafkaJSNotImplemented: 'unsupported',
};
