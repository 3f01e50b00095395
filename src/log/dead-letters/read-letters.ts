import { setImmediate } from 'node:timers/promises';
import type { RecordReader, StoredRecord } from '../log.js';
import { letterOf, type StoredLetter } from './letter.js';
import { type Mark, markOf } from './mark.js';

const readBytes = 1 << 20;

/** All letters of a topic that are there now, partition by partition. Holds one read. */
export async function* readLetters(log: RecordReader, topic: string): AsyncGenerator<StoredLetter> {
  for await (const { partition, record } of recordsOf(log, topic)) {
    const letter = letterOf(partition, record);
    if (letter) yield letter;
  }
}

/** What was dealt with, by `nameOf`. Holds one small entry for each. */
export async function readMarks(log: RecordReader, topic: string): Promise<Map<string, Mark>> {
  const marks = new Map<string, Mark>();
  for await (const { record } of recordsOf(log, topic)) {
    const mark = markOf(record);
    if (mark && !marks.has(mark.letter)) marks.set(mark.letter, mark);
  }
  return marks;
}

async function* recordsOf(
  log: RecordReader,
  topic: string,
): AsyncGenerator<{ readonly partition: number; readonly record: StoredRecord }> {
  for (const { partition, start, end } of await log.ends(topic))
    for (let next = start; next < end; ) {
      const records = await log.read(topic, partition, next, readBytes);
      if (records.length === 0) break;
      for (const record of records) yield { partition, record };
      next = records.at(-1)!.offset + 1;
      // Reads of the embedded log answer at once: a running instance polls in between.
      await setImmediate();
    }
}
