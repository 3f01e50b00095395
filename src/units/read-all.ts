import type { Cluster } from '../log/kafka/cluster.js';
import type { StoredRecord } from '../log/log.js';

const readBytes = 4 << 20;

/** The records of a partition from its start to the end that it has at the call. Holds one read. */
export async function* readAll(
  cluster: Pick<Cluster, 'ends' | 'read'>,
  topic: string,
  partition: number,
): AsyncGenerator<StoredRecord> {
  const ends = (await cluster.ends(topic)).find(one => one.partition === partition);
  let next = ends?.start ?? 0;
  while (ends && next < ends.end) {
    const page = await cluster.read(topic, partition, next, readBytes);
    const last = page.at(-1);
    // Compacted away, or markers, up to the end.
    if (last === undefined) return;
    for (const record of page) if (record.offset < ends.end) yield record;
    next = last.offset + 1;
  }
}
