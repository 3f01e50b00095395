import type { KafkaCluster } from '../kafka/cluster.js';
import type { Load } from './load.js';
import type { LoadOptions, Way } from './load-messages.js';

/** What a row has to work with. When it begins the cluster is whole and the load runs; afterwards the proxies are healed and every broker is there. */
export interface Stage {
  readonly cluster: KafkaCluster;
  readonly topic: string;
  readonly partitions: number;
  /** Another after `crash`. */
  readonly load: Load;
  /** kill -9 of the load, and another one on the same files. */
  readonly crash: () => Promise<void>;
  /** SIGTERM, and another load on the same files. */
  readonly terminate: () => ReturnType<Load['terminate']>;
  readonly way: Way;
  readonly random: () => number;
  /** How often, or how many seconds, see the row. */
  readonly amount: number;
  /** The client waits so long for an answer. */
  readonly requestTimeoutMs: number;
  /** Another file of what is sent; what was sent before does not count. */
  readonly freshFile: () => string;
}

/** One line of the fault table. */
export interface FaultRow {
  readonly row: string;
  readonly fault: string;
  readonly perSecond: number;
  /** `amount` of the long and of the short form, and in which unit. */
  readonly long: number;
  readonly short: number;
  readonly unit: string;
  readonly options?: Partial<LoadOptions>;
  /** In the short form, beside them. */
  readonly shortOptions?: Partial<LoadOptions>;
  /** Connects where users log in, as `app`, which may do what an ACL says. */
  readonly asUser?: boolean;
  /** The load is killed: only what it had stored has to be there. */
  readonly crashes?: boolean;
  /** How many batches may be there twice. */
  readonly mayDouble?: (amount: number, partitions: number, way: Way) => number;
  /** What lies in the topic need not be in the order in which it was sent: why, says the row. */
  readonly mayMix?: (way: Way) => boolean;
  /** Only this way of sending has it. */
  readonly way?: Way;
  /** @returns what was seen beside the counts */
  readonly run: (stage: Stage) => Promise<string>;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
