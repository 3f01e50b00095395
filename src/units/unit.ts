import type { Plan } from '../ingest/blueprint.js';
import { partitionOf } from '../log/murmur2.js';

/** What one instance owns as a whole: a source with its credential, its feeds and the lists that it fetches itself, or any other list. */
export interface Unit {
  /** `source/NAME` or `list/NAME`: the logical writer of its records, too. */
  readonly name: string;
  /** What of the whole plan it runs. */
  readonly plan: Plan;
}

/** The plan in units. A source follows the lists that are not its own. */
export function unitsOf(plan: Plan): readonly Unit[] {
  const isOf = (source: string) => (list: Plan['lists'][number]) =>
    list.spec.from === 'listing' && list.spec.source === source;
  const sources = plan.sources.map((source): Unit => {
    const lists = plan.lists.filter(isOf(source.name));
    const own = new Set(lists.map(({ name }) => name));
    const used = new Set(source.feeds.flatMap(feed => feed.lists));
    const followed = [...used].filter(name => !own.has(name));
    return { name: `source/${source.name}`, plan: { ...plan, sources: [source], lists, followed } };
  });
  const others = plan.lists.filter(list => !plan.sources.some(({ name }) => isOf(name)(list)));
  const lists = others.map(
    (list): Unit => ({ name: `list/${list.name}`, plan: { ...plan, sources: [], lists: [list], followed: [] } }),
  );
  return [...sources, ...lists];
}

/** The unit that writes a list. */
export const unitOfList = (units: readonly Unit[], list: string): Unit | undefined =>
  units.find(({ plan }) => plan.lists.some(({ name }) => name === list));

/** Of the topics of claims and of cursors: all of a unit lies in one. */
export const partitionOfUnit = (unit: string, partitions: number): number => partitionOf(unit, partitions);
