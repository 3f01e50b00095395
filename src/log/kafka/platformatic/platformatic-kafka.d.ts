/**
 * What is used of @platformatic/kafka 2.12.1: single requests of the protocol and the connection that carries them. Declared here because the package is
 * there only where Node is 22.22 or later, while this project compiles on Node 20. The versions are those that Kafka 3.1 and later answer.
 */
declare module '@platformatic/kafka' {
  import type { Socket } from 'node:net';
  import type { SecureContextOptions } from 'node:tls';

  export interface Sasl {
    readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER';
    readonly username?: string;
    readonly password?: string;
    readonly token?: () => Promise<string>;
    readonly authBytesValidator?: (answer: Buffer, done: (error: Error | null, answer?: Buffer) => void) => void;
  }

  export interface ConnectionOptions {
    readonly connectTimeout: number;
    readonly requestTimeout: number;
    readonly maxInflights: number;
    readonly tls?: SecureContextOptions;
    readonly tlsServerName?: string;
    readonly sasl?: Sasl;
  }

  export class Connection {
    constructor(clientId: string, options: ConnectionOptions);
    readonly socket: Socket | undefined;
    connect(host: string, port: number): Promise<void>;
    close(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'close', listener: () => void): this;
  }

  /** One version of one request. Rejects with the answer where that says no. */
  export interface Api<Asked extends readonly unknown[], Answer> {
    readonly key: number;
    readonly version: number;
    async(connection: Connection, ...asked: Asked): Promise<Answer>;
  }

  export interface Compressed {
    readonly compression: 'none' | 'gzip' | 'zstd';
    readonly producerId: bigint;
    readonly producerEpoch: number;
    readonly sequences: { getWithDefault(topicPartition: string, otherwise: number): number };
  }

  export interface Message {
    readonly topic: string;
    readonly partition: number;
    readonly key: Buffer;
    readonly value: Uint8Array | null;
    readonly headers: ReadonlyMap<Buffer, Buffer>;
  }

  export interface Produced {
    readonly responses: readonly {
      readonly name: string;
      readonly partitionResponses: readonly { readonly index: number; readonly baseOffset: bigint }[];
    }[];
  }

  export interface Metadata {
    readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
    readonly clusterId: string | null;
    readonly topics: readonly {
      readonly errorCode: number;
      readonly name: string | null;
      readonly topicId: string;
      readonly isInternal: boolean;
      readonly partitions: readonly {
        readonly partitionIndex: number;
        readonly leaderId: number;
        readonly replicaNodes: readonly number[];
      }[];
    }[];
  }

  export interface RecordsBatch {
    readonly firstOffset: bigint;
    readonly attributes: number;
    readonly lastOffsetDelta: number;
    readonly producerId: bigint;
    readonly records: readonly {
      readonly offsetDelta: number;
      readonly key: Buffer | null;
      readonly value: Buffer | null;
      readonly headers: readonly (readonly [name: Buffer | null, value: Buffer | null])[];
    }[];
  }

  export interface FetchedPartition {
    readonly partitionIndex: number;
    readonly lastStableOffset: bigint;
    readonly abortedTransactions: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[] | null;
    readonly records: readonly RecordsBatch[] | null;
  }

  export interface Fetched {
    readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
  }

  export interface PartitionToFetch {
    readonly partition: number;
    readonly currentLeaderEpoch: number;
    readonly fetchOffset: bigint;
    readonly lastFetchedEpoch: number;
    readonly partitionMaxBytes: number;
  }

  export interface ListedOffsets {
    readonly topics: readonly {
      readonly partitions: readonly { readonly partitionIndex: number; readonly offset: bigint }[];
    }[];
  }

  export interface ApiVersions {
    readonly apiKeys: readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[];
  }

  export const apiVersionsV3: { readonly api: Api<[software: string, version: string], ApiVersions> };
  export const metadataV12: {
    readonly api: Api<[topics: readonly string[] | null, create: boolean, operations: boolean], Metadata>;
  };
  export const initProducerIdV4: {
    readonly api: Api<
      [transactionalId: null, timeoutMs: number, id: bigint, epoch: number],
      { readonly producerId: bigint; readonly producerEpoch: number }
    >;
  };
  export const produceV9: {
    readonly api: Api<[acks: number, timeoutMs: number, messages: readonly Message[], how: Compressed], Produced>;
  };
  export const fetchV13: {
    readonly api: Api<
      [
        maxWaitMs: number,
        minBytes: number,
        maxBytes: number,
        isolation: number,
        sessionId: number,
        sessionEpoch: number,
        topics: readonly { readonly topicId: string; readonly partitions: readonly PartitionToFetch[] }[],
        forgotten: readonly never[],
        rack: string,
      ],
      Fetched
    >;
  };
  export const listOffsetsV7: {
    readonly api: Api<
      [
        replica: number,
        isolation: number,
        topics: readonly {
          readonly name: string;
          readonly partitions: readonly {
            readonly partitionIndex: number;
            readonly currentLeaderEpoch: number;
            readonly timestamp: bigint;
          }[];
        }[],
      ],
      ListedOffsets
    >;
  };
  export const createTopicsV7: {
    readonly api: Api<
      [
        topics: readonly {
          readonly name: string;
          readonly numPartitions: number;
          readonly replicationFactor: number;
          readonly assignments: readonly never[];
          readonly configs: readonly { readonly name: string; readonly value: string }[];
        }[],
        timeoutMs: number,
        validateOnly: boolean,
      ],
      unknown
    >;
  };
  export const describeConfigsV4: {
    readonly api: Api<
      [
        resources: readonly {
          readonly resourceType: number;
          readonly resourceName: string;
          readonly configurationKeys: readonly string[];
        }[],
        synonyms: boolean,
        documentation: boolean,
      ],
      {
        readonly results: readonly {
          readonly configs: readonly { readonly name: string; readonly value: string | null }[];
        }[];
      }
    >;
  };
}
