import type { LogRecord } from '../../log.js';
import { crc32c } from './crc32c.js';
import { type RecordBytes, recordBytes } from './record-bytes.js';

/** A produce request as KafkaJS asks for it, of one partition. */
export interface ProduceRequest {
  readonly acks: number;
  readonly timeout: number;
  /** A 64-bit number. */
  readonly producerId: { toString(): string };
  readonly producerEpoch: number;
  readonly topic: string;
  readonly partition: number;
  readonly firstSequence: number;
  readonly records: readonly LogRecord[];
}

/** A codec of the protocol, and its number there. */
export interface Compressor {
  readonly codec: number;
  readonly compress: (encoded: { readonly buffer: Buffer }) => Promise<Buffer>;
}

const batchHeadBytes = 61;
/** From the attributes on. */
const checkedFrom = 21;

/**
 * The body of a produce request, versions 3 to 7: to the byte what KafkaJS makes, in one buffer. KafkaJS itself takes a kibibyte and some ten buffers for each
 * record, and copies the whole from one buffer to the next seven times.
 */
export async function produceBody(request: ProduceRequest, nowMs: number, compressor?: Compressor): Promise<Buffer> {
  const records = recordBytes(request.records);
  const stored = compressor ? await compressed(records, compressor) : records;
  const topicBytes = Buffer.byteLength(request.topic);
  const batchBytes = batchHeadBytes + stored.bytes;
  const out = Buffer.allocUnsafeSlow(2 + 2 + 4 + 4 + 2 + topicBytes + 4 + 4 + 4 + batchBytes);
  // No transaction; then one topic, and one partition of it.
  let at = out.writeInt16BE(-1, 0);
  at = out.writeInt16BE(request.acks, at);
  at = out.writeInt32BE(request.timeout, at);
  at = out.writeInt32BE(1, at);
  at = out.writeInt16BE(topicBytes, at);
  at += out.write(request.topic, at);
  at = out.writeInt32BE(1, at);
  at = out.writeInt32BE(request.partition, at);
  at = out.writeInt32BE(batchBytes, at);
  writeBatch(out, at, request, { nowMs, codec: compressor?.codec ?? 0, stored });
  return out;
}

async function compressed(records: RecordBytes, { compress }: Compressor): Promise<RecordBytes> {
  const plain = Buffer.allocUnsafeSlow(records.bytes);
  records.write(plain, 0);
  const packed = await compress({ buffer: plain });
  return { bytes: packed.length, write: (out, at) => at + packed.copy(out, at) };
}

/** A batch of format 2. */
function writeBatch(
  out: Buffer,
  start: number,
  { producerId, producerEpoch, firstSequence, records }: ProduceRequest,
  { nowMs, codec, stored }: { readonly nowMs: number; readonly codec: number; readonly stored: RecordBytes },
): void {
  const formatNumber = 2;
  let at = out.writeBigInt64BE(0n, start);
  at = out.writeInt32BE(batchHeadBytes + stored.bytes - 12, at);
  at = out.writeInt32BE(0, at);
  at = out.writeInt8(formatNumber, at) + 4;
  at = out.writeInt16BE(codec, at);
  at = out.writeInt32BE(records.length - 1, at);
  at = out.writeBigInt64BE(BigInt(nowMs), at);
  at = out.writeBigInt64BE(BigInt(nowMs), at);
  at = out.writeBigInt64BE(BigInt(producerId.toString()), at);
  at = out.writeInt16BE(producerEpoch, at);
  at = out.writeInt32BE(firstSequence, at);
  at = out.writeInt32BE(records.length, at);
  at = stored.write(out, at);
  out.writeUInt32BE(crc32c(out, start + checkedFrom, at), start + checkedFrom - 4);
}
