import type { ColumnSource } from '../dataset.js';
import type { Cell } from '../table.js';
import type { ColumnFacts } from './column-facts.js';
import { called } from './columns-of.js';
import { headsOf, plainHead } from './field-names.js';
import { type Asked, type Looked, NoProposal } from './proposal.js';
import { type TimeShape, timeShapeOf } from './time-shape.js';

export interface FoundTime {
  readonly column: ColumnFacts;
  /** Holds the time of day. */
  readonly and?: ColumnFacts;
  readonly shape: TimeShape;
  readonly source: ColumnSource;
  /** Times of day without an offset. */
  readonly isLocal: boolean;
  readonly hasTime: boolean;
}

/** The column with the time of each row; with a second one for the time of day. */
export function findTime(facts: readonly ColumnFacts[], header: boolean, { dates }: Asked): FoundTime | undefined {
  const column = timeColumn(facts, header);
  if (column === undefined) return undefined;
  const and = column.shape!.stamps.some(stamp => stamp?.hasTime) ? undefined : clockBeside(column, facts);
  const joined = and && timeShapeOf(join(column, and), dates);
  const shape = joined ?? column.shape!;
  const present = shape.stamps.filter(stamp => stamp !== undefined);
  const hasTime = present.some(stamp => stamp.hasTime);
  const isLocal = hasTime && present.some(stamp => stamp.hasTime && Number.isNaN(stamp.offsetMs));
  const own = { ...column.source, ...(shape.format !== undefined && { format: shape.format }) };
  // A second column goes by its head; without heads that is its number.
  const second = joined ? { and: and!.source.column ?? [String(and!.index + 1)] } : {};
  return { column, ...(joined && { and: and! }), shape, source: { ...own, ...second }, isLocal, hasTime };
}

/** Tells what was found, and refuses a time whose day and month may be swapped. @throws NoProposal */
export function tellTime({ column, and, shape }: FoundTime, { find }: Looked): void {
  const { ambiguous, evidence, format } = shape;
  if (ambiguous)
    throw new NoProposal(
      `${called(column)}: ${evidence}; say it with --dates dmy (${ambiguous.dmy}) or --dates mdy (${ambiguous.mdy})`,
    );
  find(
    'time',
    `${called(column)}${and ? ` and ${called(and)}` : ''}: ${evidence}${format === undefined ? '' : `, ${format}`}`,
  );
}

function timeColumn(facts: readonly ColumnFacts[], header: boolean): ColumnFacts | undefined {
  const dated = ({ shape, holds }: ColumnFacts): boolean =>
    shape !== undefined && (holds === 'date' || holds === 'time' || shape.format !== undefined || isCompact(shape));
  const named = header
    ? headsOf(
        'time',
        facts.map(({ head }) => head),
      ).map(index => facts[index]!)
    : [];
  const found = named.find(dated) ?? facts.find(one => dated(one) && (one.holds === 'date' || one.holds === 'time'));
  if (found) return found;
  // A number since 1970 under a head that nobody knows: only where there is one, and its times are ours.
  const numbers = facts.filter(one => dated(one) && isCompact(one.shape!));
  return numbers.length === 1 || !header ? numbers[0] : undefined;
}

/** `20240601` is a number, too: a day only if all are of our times. */
const isCompact = ({ stamps }: TimeShape): boolean =>
  stamps.every(
    stamp => stamp === undefined || (stamp.wallMs > Date.UTC(1900, 0, 1) && stamp.wallMs < Date.UTC(2100, 0, 1)),
  );

function clockBeside(date: ColumnFacts, facts: readonly ColumnFacts[]): ColumnFacts | undefined {
  const clocks = facts.filter(
    ({ holds, head, cells }) =>
      holds === 'clock' ||
      (plainHead(head) === 'time' && cells.every(cell => cell === null || /^\d{4}(?:\d\d)?$/.test(cell.trim()))),
  );
  return clocks.find(({ index }) => index !== date.index);
}

const join = (date: ColumnFacts, clock: ColumnFacts): readonly Cell[] =>
  date.cells.map((cell, row) =>
    cell === null || clock.cells[row] == null ? cell : `${cell.trim()} ${clock.cells[row].trim()}`,
  );
