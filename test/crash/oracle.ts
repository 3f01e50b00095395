import { crc32 } from 'node:zlib';
import type { LogReader } from '../../src/log/log.js';
import { type Line, markOf } from './announce.js';

type Attempt = Extract<Line, readonly ['try', ...unknown[]]>;

/**
 * Knows from a child's lines what its log has to hold: the commits in the order in which they were asked for, without the refused ones, up to one that is
 * not older than the newest that was acknowledged; each of them whole, and nothing else.
 */
export interface Oracle {
  readonly take: (line: Line) => void;
  /** All that was asked for is there: the process ended by itself. */
  settle(): void;
  /** To be asked when the process is dead. @returns what is wrong; then takes what was found for what is there */
  check(log: LogReader): readonly string[];
  readonly acknowledged: number;
  /** Visible although the child could not say so any more. */
  readonly unsaid: number;
}

export interface OracleOptions {
  /** Topics in which a newer record takes the place of its key. */
  readonly compact: readonly string[];
  /** Records below the start of a partition count as retired. */
  readonly retires: boolean;
}

interface Content {
  /** By `topic/partition/offset`: key and sum. */
  readonly records: Map<string, string>;
  readonly ends: Map<string, number>;
  readonly state: Map<string, number>;
  /** Compact topics: where the record of a key lies. */
  readonly live: Map<string, string>;
}

export function createOracle({ compact, retires }: OracleOptions): Oracle {
  const expected: Content = { records: new Map(), ends: new Map(), state: new Map(), live: new Map() };
  let attempts: Attempt[] = [];
  let offsets = new Map<number, readonly number[]>();
  let acknowledged = 0;
  let unsaid = 0;

  /** @returns the offsets of its batches */
  function apply([, , batches, state]: Attempt): readonly number[] {
    const bases = batches.map(([topic, partition, records]) => {
      const slot = `${topic}/${partition}`;
      const base = expected.ends.get(slot) ?? 0;
      records.forEach(([key, sum], i) => {
        const place = `${slot}/${base + i}`;
        if (compact.includes(topic)) {
          expected.records.delete(expected.live.get(`${slot}/${key}`) ?? '');
          expected.live.set(`${slot}/${key}`, place);
        }
        expected.records.set(place, `${key} ${sum}`);
      });
      expected.ends.set(slot, base + records.length);
      return base;
    });
    for (const [key, sum] of state)
      if (sum === null) expected.state.delete(key);
      else expected.state.set(key, sum);
    return bases;
  }

  return {
    take(line) {
      if (line[0] === 'try') attempts.push(line);
      if (line[0] === 'refused') attempts = attempts.filter(([, number]) => number !== line[1]);
      if (line[0] !== 'acknowledged') return;
      acknowledged++;
      offsets.set(line[1], line[2]);
    },
    settle() {
      for (const attempt of attempts) apply(attempt);
      attempts = [];
      offsets = new Map();
    },
    check(log) {
      const faults: string[] = [];
      const found = contentOf(log);
      const last = attempts.findLastIndex(([, number]) => offsets.has(number));
      const retireAsFound = (): void => {
        if (!retires) return;
        for (const topic of log.topics())
          for (const { partition, start } of log.ends(topic)) retire(topic, partition, start);
      };
      retireAsFound();
      attempts.forEach((attempt, i) => {
        if (i > last && isSame(expected, found)) return;
        const bases = apply(attempt);
        const said = offsets.get(attempt[1]);
        if (said && said.join() !== bases.join())
          faults.push(`commit ${attempt[1]} was acknowledged at ${said.join()} and belongs at ${bases.join()}`);
        if (i > last) unsaid++;
        if (i >= last) retireAsFound();
      });
      if (!isSame(expected, found)) faults.push(difference(expected, found));
      attempts = [];
      offsets = new Map();
      return faults;
    },
    get acknowledged() {
      return acknowledged;
    },
    get unsaid() {
      return unsaid;
    },
  };

  function retire(topic: string, partition: number, start: number): void {
    if (compact.includes(topic)) return;
    for (let offset = start - 1; expected.records.delete(`${topic}/${partition}/${offset}`); offset--);
  }
}

function contentOf(log: LogReader): Content {
  const content: Content = { records: new Map(), ends: new Map(), state: new Map(), live: new Map() };
  for (const topic of log.topics())
    for (const { partition, end } of log.ends(topic)) {
      const slot = `${topic}/${partition}`;
      if (end > 0) content.ends.set(slot, end);
      for (let from = 0; from < end; ) {
        const records = log.read(topic, partition, from, 4 << 20);
        if (records.length === 0) break;
        for (const record of records) content.records.set(`${slot}/${record.offset}`, markOf(record).join(' '));
        from = records.at(-1)!.offset + 1;
      }
    }
  for (const [key, value] of log.range('')) content.state.set(key, crc32(value));
  return content;
}

const isSame = (a: Content, b: Content): boolean =>
  isSameMap(a.ends, b.ends) && isSameMap(a.state, b.state) && isSameMap(a.records, b.records);

function isSameMap(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}

/** The first of each kind, for people. */
function difference(expected: Content, found: Content): string {
  const parts: string[] = [];
  for (const [what, want, have] of [
    ['partition', expected.ends, found.ends],
    ['record', expected.records, found.records],
    ['state', expected.state, found.state],
  ] as const) {
    const lost = [...want.keys()].filter(key => !have.has(key));
    const added = [...have.keys()].filter(key => !want.has(key));
    const other = [...want].filter(([key, value]) => have.has(key) && have.get(key) !== value).map(([key]) => key);
    if (lost.length > 0) parts.push(`${lost.length} × ${what} lost (${lost[0]})`);
    if (added.length > 0) parts.push(`${added.length} × ${what} that nobody wrote (${added[0]})`);
    if (other.length > 0) parts.push(`${other.length} × ${what} with other content (${other[0]})`);
  }
  return parts.join(', ');
}
