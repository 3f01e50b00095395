import { createRequire } from 'node:module';
import type { CompressionTypes } from 'kafkajs';
import type { LogRecord } from '../../log.js';
import { compressorOf } from './codecs.js';
import { type ProduceRequest, produceBody } from './produce-body.js';

/** A produce request as KafkaJS hands it to its encoding; `messages` are the records of `placedMessages`. */
interface Produce extends Omit<ProduceRequest, 'topic' | 'partition' | 'firstSequence' | 'records'> {
  readonly compression: CompressionTypes;
  readonly topicData: readonly [
    {
      readonly topic: string;
      readonly partitions: readonly [
        { readonly partition: number; readonly firstSequence: number; readonly messages: readonly LogRecord[] },
      ];
    },
  ];
}

interface Exchange {
  readonly request: { readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }> };
  readonly response: unknown;
}

type Protocol = (options: { readonly version: number }) => (produce: Produce) => Exchange;

/** The bytes of a produce request come from `produce-body.ts`; what else belongs to it, and its answer, stay with KafkaJS. */
export function encodeProduceRequests(): void {
  const require = createRequire(import.meta.url);
  const { requests } = require('kafkajs/src/protocol/requests') as {
    readonly requests: { readonly Produce: { protocol: Protocol } };
  };
  const { Produce } = requests;
  if (theirs !== undefined) return;
  theirs = Produce.protocol;
  Produce.protocol = ours;
}

let theirs: Protocol | undefined;

const ours: Protocol = version => produce => {
  const { request, response } = theirs!(version)(produce);
  return { request: { ...request, encode: () => encoded(produce) }, response };
};

async function encoded({ compression, topicData, ...rest }: Produce): Promise<{ buf: Buffer; buffer: Buffer }> {
  const [{ topic, partitions }] = topicData;
  const [{ partition, firstSequence, messages }] = partitions;
  const request = { ...rest, topic, partition, firstSequence, records: messages };
  const body = await produceBody(request, Date.now(), compressorOf(compression));
  return { buf: body, buffer: body };
}
