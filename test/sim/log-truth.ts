import type { Commit, LogReader } from '../../src/log/log.js';
import { partitionOf } from '../../src/log/murmur2.js';
import { plain } from '../../src/log/packed/unpack.js';
import type { Accuse } from './oracle.js';

/** What readers of the log may rely on besides the values: places and numbers. */
export interface LogTruth {
  stored(commit: Commit): void;
  /** The log as a reader finds it at the end. */
  read(log: LogReader): void;
}

export function createLogTruth(accuse: Accuse): LogTruth {
  const next = new Map<string, number>();
  let records = 0;
  return {
    stored({ batches }) {
      for (const { topic, partition, records: batch } of batches.map(plain))
        for (const { headers } of batch) {
          const place = `${headers['fl-writer']} in ${topic}/${partition}`;
          const expected = next.get(place) ?? 0;
          const found = Number(headers['fl-seq']);
          if (found !== expected) accuse('numbers-rise-by-one', `${place}: ${found} where ${expected} is next`);
          next.set(place, found + 1);
          records++;
        }
    },
    read(log) {
      let found = 0;
      for (const topic of log.topics())
        for (const { partition, end } of log.ends(topic)) {
          const partitions = log.ends(topic).length;
          for (const { key } of log.read(topic, partition, 0, 2 ** 40))
            if (partitionOf(key, partitions) !== partition)
              accuse('log-is-truth', `${topic}: ${key} lies in ${partition}`);
          found += end;
        }
      if (found !== records) accuse('log-is-truth', `the log has given ${found} offsets to ${records} records`);
    },
  };
}
