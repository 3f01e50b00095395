import type { Commit } from '../../src/log/log.js';
import type { Delivery } from '../../src/simulator/answer.js';
import type { Market } from '../../src/simulator/market.js';
import type { WorldClock } from './clock.js';
import type { Accuse } from './oracle.js';
import type { createOrigins } from './origins.js';
import type { PlannedList } from './world-plan.js';

/** Which symbols each list has, as far as the disk knows, and whether that is what its origin had. */
export interface ListTruth {
  delivered(delivery: Delivery): void;
  stored(commit: Commit): void;
  /** Symbols of a list, and since when (epoch ms); undefined before it was ever loaded. */
  symbolsOf(list: string): ReadonlyMap<string, number> | undefined;
  /** Whether the list or, since it is polled as soon as it is read and on the disk only later, its origin has the symbol. */
  mayHave(list: string, symbol: string): boolean;
  /** When a symbol last left the lists; undefined if it never did. */
  removedMs(symbol: string): number | undefined;
  /** @param upMs how long the process has been living undisturbed */
  look(upMs: number): void;
}

/** A file is looked at every 5 s, twice; then it has to be committed. */
const fileBoundMs = 20_000;

export function createListTruth(
  lists: readonly PlannedList[],
  origins: ReturnType<typeof createOrigins>,
  market: Market,
  clock: WorldClock,
  accuse: Accuse,
): ListTruth {
  const stored = new Map<string, ReadonlyMap<string, number>>();
  const removed = new Map<string, number>();
  const published = new Map<string, Set<string>>();
  let listed: readonly string[] | undefined;

  const originOf = (list: PlannedList): readonly (readonly string[])[] => {
    if (list.spec.from === 'listing') return listed ? [listed] : [];
    // It may have changed between the look and the commit.
    const { symbols } = origins.contentOf(list);
    const at = list.contents.findIndex(content => content.symbols === symbols);
    return list.contents.slice(Math.max(0, at - 1), at + 1).map(content => content.symbols);
  };

  return {
    delivered(delivery) {
      if (delivery.function !== 'LISTING_STATUS') return;
      const { asOfMs } = delivery;
      listed = [...market.instruments.values()]
        .filter(({ assetClass, symbol }) => assetClass === 'equity' && market.isListed(symbol, asOfMs))
        .map(({ symbol }) => symbol);
    },
    stored({ batches, state = [] }) {
      for (const { topic, records } of batches)
        if (topic === 'symbols')
          for (const { value } of records) {
            const one = JSON.parse(Buffer.from(value).toString()) as { list: string; symbol: string; state: string };
            const names = published.get(one.list) ?? new Set<string>();
            published.set(one.list, names);
            if (one.state === 'listed') names.add(one.symbol);
            else names.delete(one.symbol);
          }
      for (const [key, value] of state) {
        const list = key.startsWith('list/') ? lists.find(({ name }) => name === key.slice(5)) : undefined;
        if (!list || !value) continue;
        const { symbols } = JSON.parse(Buffer.from(value).toString()) as { symbols: { symbol: string }[] };
        const names = symbols.map(({ symbol }) => symbol);
        if (!originOf(list).some(origin => origin.join() === names.join()))
          accuse('lists-follow', `${list.name} is taken as ${names.join()}, its origin never said that`);
        const before = stored.get(list.name);
        for (const symbol of before?.keys() ?? []) if (!names.includes(symbol)) removed.set(symbol, clock.now());
        stored.set(list.name, new Map(names.map(name => [name, before?.get(name) ?? clock.now()])));
        const told = [...(published.get(list.name) ?? [])].sort().join();
        if (told !== names.toSorted().join())
          accuse('lists-follow', `the topic of symbols says ${told} of ${list.name}, the state ${names.join()}`);
      }
    },
    symbolsOf: list => stored.get(list),
    mayHave: (name, symbol) =>
      (stored.get(name)?.has(symbol) ?? true) ||
      originOf(lists.find(list => list.name === name)!).some(symbols => symbols.includes(symbol)),
    removedMs: symbol => removed.get(symbol),
    look(upMs) {
      if (upMs < fileBoundMs) return;
      for (const list of lists) {
        if (list.spec.from !== 'file') continue;
        const { symbols, fromMs } = origins.contentOf(list);
        if (clock.now() - market.startMs - fromMs < fileBoundMs) continue;
        const taken = [...(stored.get(list.name)?.keys() ?? [])];
        if (taken.toSorted().join() !== symbols.toSorted().join())
          accuse(
            'lists-follow',
            `the file of ${list.name} has said ${symbols.join()} for long, ${taken.join()} is polled`,
          );
      }
    },
  };
}
