import type { GroupMember } from '../log/kafka/group.js';
import { partitionOfUnit } from './unit.js';

/** What a member tells when it joins. */
export interface Told {
  readonly instance: string;
  /** All units of its configuration. */
  readonly units: readonly string[];
  /** Those that it runs. */
  readonly holds: readonly string[];
}

export const encodeTold = (told: Told): string => JSON.stringify(told);

/**
 * Divides the partitions that hold units: each member about as many sources, who has one keeps it while that is fair, and a partition goes to a member whose
 * configuration has its units. The same members give the same division. A partition without units goes to nobody.
 */
export function divideUnits(
  members: readonly GroupMember[],
  partitions: readonly number[],
): ReadonlyMap<string, readonly number[]> {
  const seats = members
    .map(({ id, said }) => ({ id, told: decodeTold(said), weight: 0, partitions: [] as number[] }))
    .sort((a, b) => (a.told.instance + a.id < b.told.instance + b.id ? -1 : 1));
  const units = new Map<number, Set<string>>();
  for (const { told } of seats)
    for (const unit of told.units) {
      const partition = partitionOfUnit(unit, partitions.length);
      units.set(partition, (units.get(partition) ?? new Set()).add(unit));
    }
  const open = Array.from(units, ([partition, of]) => ({ partition, of, weight: weightOf(of) })).sort(
    (a, b) => b.weight - a.weight || a.partition - b.partition,
  );
  const total = open.reduce((sum, { weight }) => sum + weight, 0);
  const fair = Math.ceil(total / Math.max(1, seats.length));
  const give = (seat: (typeof seats)[number], { partition, weight }: (typeof open)[number]): void => {
    seat.partitions.push(partition);
    seat.weight += weight;
  };
  const rest = open.filter(one => {
    const holder = seats.find(({ told }) => told.holds.some(unit => one.of.has(unit)));
    if (holder === undefined || (holder.weight > 0 && holder.weight + one.weight > fair)) return true;
    give(holder, one);
    return false;
  });
  for (const one of rest) {
    const knownTo = ({ told }: (typeof seats)[number]): number => told.units.filter(unit => one.of.has(unit)).length;
    const most = Math.max(...seats.map(knownTo));
    const [least] = seats.filter(seat => knownTo(seat) === most).sort((a, b) => a.weight - b.weight);
    if (least) give(least, one);
  }
  return new Map(seats.map(seat => [seat.id, seat.partitions.sort((a, b) => a - b)]));
}

/** Sources are what costs: lists only even out what they leave. */
const weightOf = (units: ReadonlySet<string>): number =>
  [...units].reduce((sum, unit) => sum + (unit.startsWith('source/') ? 1_000 : 1), 0);

/** Whoever says what we do not understand has no units and is given none. */
function decodeTold(said: string): Told {
  try {
    const { instance, units, holds } = JSON.parse(said) as Partial<Told>;
    return { instance: String(instance), units: namesIn(units), holds: namesIn(holds) };
  } catch {
    return { instance: '', units: [], holds: [] };
  }
}

const namesIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];
