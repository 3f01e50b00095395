import type { Commit } from '../../src/log/log.js';
import { plain } from '../../src/log/packed/unpack.js';
import type { Delivery } from '../../src/simulator/answer.js';
import type { Market } from '../../src/simulator/market.js';
import type { WorldClock } from './clock.js';
import type { Accuse } from './oracle.js';
import type { createOrigins } from './origins.js';
import type { PlannedList, WorldPlan } from './world-plan.js';

/** Which symbols each list has, as far as the disk knows, and whether that is what its origin had. */
export interface ListTruth {
  /** @param form what the call asks for */
  asked(form: string): void;
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
  crashed(): void;
}

/** A file is looked at every 5 s, twice; what is read has to be committed. */
const soonMs = 20_000;
/** The longest Retry-After of the vendor. */
const banMs = 120_000;
/** As `maxShrink` of the planned lists. */
const maxShrink = 0.5;

const sorted = (symbols: Iterable<string>): string => [...symbols].sort().join();

/**
 * What a list's origin says is what is polled: at once for a static list, 20 s after a change for a file, one refresh later for a page that can be
 * reached. A vendor's listing has to be asked for once a refresh, in its turn among the other calls, and taken when it has come.
 */
export function createListTruth(
  { lists, network, sources }: WorldPlan,
  origins: ReturnType<typeof createOrigins>,
  market: Market,
  clock: WorldClock,
  accuse: Accuse,
): ListTruth {
  const stored = new Map<string, ReadonlyMap<string, number>>();
  const removed = new Map<string, number>();
  const published = new Map<string, Set<string>>();
  let listed: readonly string[] | undefined;
  const listing = lists.find(({ spec }) => spec.from === 'listing');
  /** When the listing came whose symbols have to be taken. */
  let [listedMs, lookedMs, undisturbedMs] = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ];
  let othersFirst = 0;

  const originOf = (list: PlannedList): readonly (readonly string[])[] => {
    if (list.spec.from === 'listing') return listed ? [listed] : [];
    // It may have changed between the look and the commit.
    const { symbols } = origins.contentOf(list);
    const at = list.contents.findIndex(content => content.symbols === symbols);
    return list.contents.slice(Math.max(0, at - 1), at + 1).map(content => content.symbols);
  };

  /** Since when a page can be reached; now while it cannot. */
  const reachedMs = (): number => {
    const elapsedMs = clock.now() - market.startMs;
    const begun = network.outages.filter(({ fromMs }) => fromMs <= elapsedMs);
    return market.startMs + Math.max(0, ...begun.map(({ toMs }) => Math.min(toMs, elapsedMs)));
  };

  /** What has to be polled, and since when that has been so; undefined where the origin decides nothing. */
  function due(list: PlannedList): { readonly symbols: readonly string[]; readonly sinceMs: number } | undefined {
    const { spec } = list;
    const { symbols, fromMs } = origins.contentOf(list);
    const sinceMs = market.startMs + fromMs;
    switch (spec.from) {
      case 'static':
      case 'file':
        return { symbols, sinceMs };
      case 'http-csv':
        return { symbols, sinceMs: Math.max(sinceMs, reachedMs(), undisturbedMs) + spec.refreshMs };
      case 'listing':
        return listed && { symbols: listed, sinceMs: listedMs };
    }
  }

  return {
    asked(form) {
      if (form === 'listing') {
        [lookedMs, othersFirst] = [clock.now(), 0];
        return;
      }
      if (listing?.spec.from !== 'listing') return;
      const [{ deadlineMs, concurrency }] = sources as [WorldPlan['sources'][0]];
      const lookDueMs =
        Math.max(lookedMs + deadlineMs, undisturbedMs) + Math.max(listing.spec.refreshMs, banMs) + soonMs;
      if (clock.now() < lookDueMs) return;
      // Permits keep the order in which they were asked for, and no more than the lanes can have asked before.
      if (++othersFirst > 2 * concurrency)
        accuse('lists-follow', `the listing of ${listing.name} is due and ${othersFirst} other calls have been made`);
    },
    delivered(delivery) {
      if (delivery.function !== 'LISTING_STATUS') return;
      const { asOfMs } = delivery;
      listed = [...market.instruments.values()]
        .filter(({ assetClass, symbol }) => assetClass === 'equity' && market.isListed(symbol, asOfMs))
        .map(({ symbol }) => symbol);
      const before = stored.get(listing?.name ?? '')?.size ?? 0;
      const isTaken = listed.length > 0 && listed.length >= before * (1 - maxShrink);
      listedMs = isTaken ? clock.now() : Number.POSITIVE_INFINITY;
    },
    stored({ batches, state = [] }) {
      for (const { topic, records } of batches.map(plain))
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
      undisturbedMs = clock.now() - upMs;
      for (const list of lists) {
        const { symbols, sinceMs } = due(list) ?? {};
        if (!symbols || clock.now() - Math.max(sinceMs!, undisturbedMs) < soonMs) continue;
        const taken = [...(stored.get(list.name)?.keys() ?? [])];
        if (sorted(taken) !== sorted(symbols))
          accuse(
            'lists-follow',
            `the origin of ${list.name} has said ${symbols.join()} for long, ${taken.join() || 'nothing'} is polled`,
          );
      }
    },
    crashed() {
      [listedMs, undisturbedMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    },
  };
}
