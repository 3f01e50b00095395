import { isCertificateFault } from '../certificate-fault.js';
import { KafkaFailure, type KafkaFailureCode } from '../kafka-failure.js';
import { codeOfProtocolError } from '../protocol-errors.js';
import { type Met, wordedFailure } from '../worded-failure.js';

/** What errors of the client carry, each kind some of it. */
interface ClientError extends Error {
  readonly code?: string;
  /** The brokers' name of the error. */
  readonly apiId?: string;
  readonly serverErrorMessage?: string | null;
  readonly errors?: readonly ClientError[];
  readonly broker?: string;
  readonly response?: unknown;
}

/** An error and the broker at which it was met. */
export class AtBroker extends Error {
  override readonly name = 'AtBroker';
  readonly broker: string;
  constructor(broker: string, cause: unknown) {
    super(`at ${broker}`, { cause });
    this.broker = broker;
  }
}

/** The error, and what it was made of, the innermost last. */
function* within(error: unknown, depth = 0): Generator<ClientError> {
  if (!(error instanceof Error) || depth > 8) return;
  const { errors = [], cause } = error as ClientError;
  yield error as ClientError;
  for (const part of errors) yield* within(part, depth + 1);
  yield* within(cause, depth + 1);
}

const protocolErrors = (error: unknown): readonly ClientError[] => [...within(error)].filter(({ apiId }) => apiId);

/** Whether the brokers said so. */
export const says = (error: unknown, name: string): boolean =>
  protocolErrors(error).some(({ apiId }) => apiId === name);

/** What the broker answered although it said no: the connection is sound. */
export const answerIn = (error: unknown): unknown => [...within(error)].find(({ response }) => response)?.response;

export const isAnswer = (error: unknown): boolean => answerIn(error) !== undefined;

export function platformaticFailure(error: unknown, met: Omit<Met, 'detail' | 'cause' | 'broker'>): KafkaFailure {
  const all = [...within(error)];
  const ours = all.find(part => part instanceof KafkaFailure);
  if (ours) return ours;
  const broker = all.find(part => part.broker)?.broker;
  const refusals = protocolErrors(error);
  // Single records of a batch may have errors of their own, without a name.
  const refusal = refusals.find(({ apiId }) => codeOfProtocolError(apiId!) !== 'broker') ?? refusals[0];
  if (refusal) {
    const { apiId, serverErrorMessage, message } = refusal;
    return wordedFailure(codeOfProtocolError(apiId!), {
      ...met,
      broker,
      detail: `${apiId}: ${serverErrorMessage ?? message}`.replace(/\.$/, ''),
    });
  }
  const { message, code } = all.at(-1) ?? { message: String(error), code: undefined };
  const cause = all.find(part => part.code && !part.code.startsWith('PLT_KFK_'))?.code ?? code;
  const found = isCertificateFault(cause, message) ? 'certificate' : codeOf(all);
  return wordedFailure(found, { ...met, broker, cause, detail: message.replace(/\.$/, '') });
}

/** Of what did not come from a broker. */
function codeOf(all: readonly ClientError[]): KafkaFailureCode {
  if (all.some(({ message }) => message === 'Request timed out')) return 'timeout';
  for (const [name, known] of codesByName) if (all.some(({ code }) => code === name)) return known;
  return all.some(({ code }) => code && /^E[A-Z]+$/.test(code)) ? 'unreachable' : 'broker';
}

/** The first that is found says most: why a connection failed is inside the error that it did. */
const codesByName: readonly (readonly [name: string, code: KafkaFailureCode])[] = [
  ['PLT_KFK_AUTHENTICATION', 'authentication'],
  ['PLT_KFK_UNSUPPORTED_COMPRESSION', 'unsupported'],
  ['PLT_KFK_NETWORK', 'unreachable'],
  // Of a connection that was closed while it was set up.
  ['PLT_KFK_USER', 'unreachable'],
  ['PLT_KFK_UNEXPECTED_CORRELATION_ID', 'unreachable'],
];
