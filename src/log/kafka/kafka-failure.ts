/**
 * What a failure means for the batch that met it.
 * - `retry`: time mends it. The same batch again, unchanged, before anything newer: it may have been written or not.
 * - `record`: a record of this batch will never be taken (too large, invalid). Nothing of the batch was written.
 * - `producer`: this producer id will not be taken here again: `renewProducer`, then the same batch, which may be there already.
 * - `environment`: a person mends it: a password, a certificate, a right, a topic. Nothing was written. At the start it ends the program; while running
 *   the same batch again, rarely, because the right may come back.
 * - `over`: the cluster was closed by us.
 */
export type KafkaFailureKind = 'retry' | 'record' | 'producer' | 'environment' | 'over';

/** What happened, as a metric label and a condition for callers. */
export type KafkaFailureCode =
  | 'unreachable'
  | 'timeout'
  | 'not-leader'
  | 'too-few-replicas'
  | 'broker'
  | 'too-large'
  | 'invalid-record'
  | 'sequence'
  | 'stuck'
  | 'topic-missing'
  | 'topic-exists'
  | 'topic-invalid'
  | 'authentication'
  | 'authorization'
  | 'certificate'
  | 'unsupported'
  | 'full'
  | 'closed';

export class KafkaFailure extends Error {
  override readonly name = 'KafkaFailure';
  readonly kind: KafkaFailureKind;
  readonly code: KafkaFailureCode;
  /** What is wrong where, without the mend. */
  readonly detail: string;
  readonly mend: string | undefined;

  /** For people: the message is `detail`, and how to mend it. */
  constructor(code: KafkaFailureCode, detail: string, mend?: string) {
    super(mend === undefined ? detail : `${detail}. ${mend}`);
    this.kind = kinds[code];
    this.code = code;
    this.detail = detail;
    this.mend = mend;
  }
}

/** The one table of dispositions. */
const kinds: Readonly<Record<KafkaFailureCode, KafkaFailureKind>> = {
  unreachable: 'retry',
  timeout: 'retry',
  'not-leader': 'retry',
  'too-few-replicas': 'retry',
  broker: 'retry',
  full: 'retry',
  'too-large': 'record',
  'invalid-record': 'record',
  sequence: 'producer',
  stuck: 'producer',
  'topic-missing': 'environment',
  'topic-exists': 'environment',
  'topic-invalid': 'environment',
  authentication: 'environment',
  authorization: 'environment',
  certificate: 'environment',
  unsupported: 'environment',
  closed: 'over',
};
