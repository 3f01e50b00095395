import type { FlowOptions } from './flow.js';

/** How records go to Kafka: through the embedded log and the forwarder, by the publisher alone, or (the control) by kafkajs as it is commonly used. */
export type Way = 'forward' | 'publisher' | 'bare';
export type ClientName = 'kafkajs' | 'platformatic';

export interface LoadOptions extends FlowOptions {
  readonly way: Way;
  readonly client: ClientName;
  readonly brokers: readonly string[];
  readonly perSecond: number;
  readonly requestTimeoutMs: number;
  /** Where to write what is sent, before it is sent. */
  readonly sent: string;
  /** Where to write what is safe, after it is: way `forward`. */
  readonly stored: string;
  /** Login by SCRAM over TLS. */
  readonly login?: { readonly ca: string; readonly username: string; readonly password: string };
  /** Way `forward`: the embedded log. */
  readonly logPath: string;
  readonly logMaxBytes: number;
}

/** To the load. `pause` is answered when all that was sent is acknowledged; `resume` goes on with another file of what is sent. */
export type LoadCommand =
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume'; readonly sent: string }
  | { readonly kind: 'oversize'; readonly mates: number; readonly valueBytes: number }
  | { readonly kind: 'finish' };

/** From the load, ten times a second and on change. */
export interface LoadState {
  readonly phase: 'running' | 'pausing' | 'paused' | 'finished' | 'drained';
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** The longest that a record waited between being sent and being acknowledged. */
  readonly longestMs: number;
  /** Since the oldest record was sent that is not acknowledged; 0: none. */
  readonly oldestMs: number;
  readonly rssMiB: number;
  /** Ticks at which nothing was taken, because the publisher or the log was full. */
  readonly held: number;
  /** What the publisher told, counted by kind and reason. */
  readonly told: Readonly<Record<string, number>>;
  /** After SIGTERM: what is stored and not acknowledged. */
  readonly left: number;
}
