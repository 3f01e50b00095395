import { createRequire } from 'node:module';
import test from 'ava';
import fc from 'fast-check';
import { CompressionTypes } from 'kafkajs';
import { compressorOf } from '../../../src/log/kafka/kafkajs/codecs.js';
import { crc32c } from '../../../src/log/kafka/kafkajs/crc32c.js';
import { type ProduceRequest, produceBody } from '../../../src/log/kafka/kafkajs/produce-body.js';
import type { LogRecord } from '../../../src/log/log.js';

const require = createRequire(import.meta.url);
const theirRequest = require('kafkajs/src/protocol/requests/produce/v7/request') as (produce: unknown) => {
  encode(): Promise<{ readonly buffer: Buffer }>;
};
const theirCrc = require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;

async function theirBody(
  { topic, partition, firstSequence, records, ...rest }: ProduceRequest,
  compression: CompressionTypes,
): Promise<Buffer> {
  const messages = records.map(({ key, value, headers }) => ({
    key: Buffer.from(key),
    value: value.length === 0 ? null : Buffer.from(value),
    headers,
  }));
  const topicData = [{ topic, partitions: [{ partition, firstSequence, messages }] }];
  return (await theirRequest({ ...rest, compression, topicData }).encode()).buffer;
}

const text = fc.oneof(fc.string({ maxLength: 150 }), fc.string({ unit: 'binary', maxLength: 70 }));
const record: fc.Arbitrary<LogRecord> = fc.record({
  key: text,
  value: fc.oneof(fc.uint8Array(), fc.uint8Array({ minLength: 8100, maxLength: 8300 })),
  headers: fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true }),
});
const request: fc.Arbitrary<ProduceRequest> = fc.record({
  acks: fc.constant(-1),
  timeout: fc.nat(),
  producerId: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  producerEpoch: fc.nat(0x7fff),
  topic: fc.stringMatching(/^[\w.-]{1,40}$/),
  partition: fc.nat(),
  firstSequence: fc.nat(),
  records: fc.array(record, { minLength: 1, maxLength: 80 }),
});

test.serial('a produce request is to the byte the one of KafkaJS, compressed or not', async t => {
  const nowMs = 1_773_155_000_000;
  const { now } = Date;
  Date.now = () => nowMs;
  try {
    await fc.assert(
      fc.asyncProperty(
        request,
        fc.constantFrom(CompressionTypes.None, CompressionTypes.GZIP),
        async (given, compression) => {
          const ours = await produceBody(given, nowMs, compressorOf(compression));
          return ours.equals(await theirBody(given, compression));
        },
      ),
      { numRuns: 150 },
    );
    t.pass();
  } finally {
    Date.now = now;
  }
});

test('the checksum over any part of bytes is the one of KafkaJS', t => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), fc.nat(100), (bytes, one, other) => {
      const [start, end] = [one, other].map(at => Math.min(at, bytes.length)).sort((a, b) => a - b) as [number, number];
      t.is(crc32c(bytes, start, end), theirCrc(Buffer.from(bytes.subarray(start, end))));
    }),
  );
  t.is(crc32c(Buffer.from('123456789'), 0, 9), 0xe3069283, 'the check value of CRC-32C');
});
