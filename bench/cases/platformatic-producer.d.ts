/** The client's own producer, for the bare loop. */
declare module '@platformatic/kafka' {
  export class Producer {
    constructor(options: {
      readonly clientId: string;
      readonly bootstrapBrokers: readonly string[];
      readonly idempotent: boolean;
      readonly compression: 'none';
    });
    send(options: {
      readonly messages: readonly {
        readonly topic: string;
        readonly partition: number;
        readonly key: Buffer;
        readonly value: Buffer;
      }[];
    }): Promise<unknown>;
    close(): Promise<void>;
  }
}
