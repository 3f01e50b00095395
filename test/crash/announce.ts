import { writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { type Commit, type Log, LogFailure, type LogRecord } from '../../src/log/log.js';
import { recordsIn } from '../../src/log/packed/unpack.js';

/** What a child says of its commits, one JSON line each on stdout, written at once: a kill takes nothing back. `try` comes before the log is asked. */
export type Line =
  | readonly ['ready', pid: number]
  | readonly [
      'try',
      number: number,
      batches: readonly (readonly [topic: string, partition: number, records: readonly Mark[]])[],
      state: readonly (readonly [key: string, sum: number | null])[],
    ]
  | readonly ['acknowledged', number: number, offsets: readonly number[]]
  | readonly ['refused', number: number, code: string]
  | readonly ['ended'];

/** A record as the oracle knows it: its key, and a sum over all of it. */
export type Mark = readonly [key: string, sum: number];

export const markOf = ({ key, value, headers }: LogRecord): Mark => [
  key,
  crc32(JSON.stringify(Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1))), crc32(value, crc32(key))),
];

export const say = (line: Line): void => void writeSync(1, `${JSON.stringify(line)}\n`);

export interface AnnounceOptions {
  /** The process kills itself instead of saying that this commit was acknowledged: after the flush, before the reply. */
  readonly dieBeforeReply: number | undefined;
}

/** The log, telling what is asked of it and what it answers. */
export function announce(log: Log, { dieBeforeReply }: AnnounceOptions): Log {
  let count = 0;
  const append = async (commit: Commit) => {
    const number = count++;
    say([
      'try',
      number,
      commit.batches.map(batch => [batch.topic, batch.partition, recordsIn(batch).map(markOf)] as const),
      (commit.state ?? []).map(([key, value]) => [key, value === undefined ? null : crc32(value)] as const),
    ]);
    try {
      const positions = await log.append(commit);
      if (number === dieBeforeReply) process.kill(process.pid, 'SIGKILL');
      say(['acknowledged', number, positions.map(({ offset }) => offset)]);
      return positions;
    } catch (error) {
      if (error instanceof LogFailure) say(['refused', number, error.code]);
      throw error;
    }
  };
  return Object.defineProperties(Object.create(log) as Log, {
    append: { value: append },
    bytes: { get: () => log.bytes },
  }) as Log;
}
