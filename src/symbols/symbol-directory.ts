import type { Factory } from '../actors/actor.js';
import type { LogRecord, StateChange } from '../log/log.js';
import type { Report } from '../records/event.js';
import type { Listed } from '../sources/source.js';
import { compareLists, type ListChanges } from './compare-lists.js';
import type { Snapshot } from './snapshot.js';
import { decodeStoredList, encodeStoredList, listStateKey } from './stored-list.js';

/** `symbols` is the whole list in its origin's order; `added` and `removed` are what differs from what this listener took last. */
export interface SymbolsChange {
  readonly symbols: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** False: not taken; offered again in a second, by then with the newest list. */
export type SymbolsListener = (change: SymbolsChange) => boolean;

export type DirectoryCommand =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  /** Gets the list as soon as there is one, then every change. */
  | { readonly kind: 'subscribe'; readonly listener: SymbolsListener }
  /** The directory's own: offers the list to those who did not take it. */
  | { readonly kind: 'offer' };

/** What an accepted snapshot writes, all or nothing: records for `market.symbols` and the stored list. */
export interface ListCommit {
  readonly records: readonly LogRecord[];
  readonly state: readonly StateChange[];
}

export interface DirectoryOptions {
  /** Name in the config. */
  readonly list: string;
  /** `listFingerprint(spec)` */
  readonly fingerprint: string;
  readonly maxShrink: number;
  /** Reads the log's state. */
  readonly get: (key: string) => Uint8Array | undefined;
  /** Takes a commit to the log, in the order of the calls; trying again is its business. */
  readonly save: (commit: ListCommit) => void;
  readonly report: Report;
  /** A snapshot was not taken; `hasList` when an earlier one is still there. */
  readonly refused?: (reason: string, hasList: boolean) => void;
}

const offerAgainMs = 1000;

/**
 * The owner of one list. It starts with the stored list, so polling goes on while the list's origin is down; an empty snapshot, or one
 * that lost more than `maxShrink` of its symbols, is refused each time it comes and the last good list stays.
 * Holds the list once, and per listener the list it took last. Listeners outlive a restart of the actor.
 */
export function symbolDirectory(options: DirectoryOptions): Factory<DirectoryCommand> {
  const { list, fingerprint, maxShrink, get, save, report } = options;
  const taken = new Map<SymbolsListener, readonly string[]>();

  return context => {
    const stored = decodeStoredList(get(listStateKey(list)));
    const isAsked = stored?.fingerprint === fingerprint;
    /** What the topic's readers know; a list that was stored for another spec counts here, so that its symbols get delisted. */
    let published = stored?.symbols ?? [];
    /** What listeners poll; undefined until there is a list that the user asked for. */
    let symbols = isAsked ? published.map(one => one.symbol) : undefined;
    let confirmedAtMs = isAsked ? stored.confirmedAtMs : undefined;
    let isFirst = true;
    let waiting = false;
    if (symbols) report({ kind: 'list-loaded', list, symbols: symbols.length, fromStore: true });
    offer();

    function offer(): void {
      if (!symbols) return;
      for (const [listener, last] of taken) {
        const change = changeBetween(last, symbols);
        const isNews = change.added.length + change.removed.length > 0;
        if (!isNews || listener(change)) taken.set(listener, symbols);
        else if (!waiting) {
          waiting = true;
          context.after(offerAgainMs, { kind: 'offer' });
        }
      }
    }

    function refuse(reason: string): void {
      const ageMs = confirmedAtMs === undefined ? undefined : Math.max(0, context.now() - confirmedAtMs);
      report({ kind: 'list-refused', list, reason, symbols: symbols?.length ?? 0, ageMs });
      options.refused?.(reason, symbols !== undefined);
    }

    function accept(next: readonly Listed[]): void {
      const changes = compareLists(published, next);
      const { listed, delisted, renamed } = changes;
      const nowMs = context.now();
      const state = encodeStoredList({ fingerprint, confirmedAtMs: nowMs, symbols: next });
      save({ records: recordsOf(changes, list, nowMs), state: [[listStateKey(list), state]] });
      if (isFirst) report({ kind: 'list-loaded', list, symbols: next.length, fromStore: false });
      const moved = listed.length + delisted.length + renamed.length > 0;
      if (moved && published.length > 0) {
        const counts = { listed: listed.length, delisted: delisted.length, renamed: renamed.length };
        report({ kind: 'list-changed', list, ...counts, symbols: next.length });
      }
      if (moved || !symbols) symbols = next.map(one => one.symbol);
      [published, confirmedAtMs, isFirst] = [next, nowMs, false];
      offer();
    }

    return {
      receive(command) {
        switch (command.kind) {
          case 'snapshot': {
            const { snapshot } = command;
            if (!snapshot.ok) refuse(snapshot.reason);
            else if (snapshot.symbols.length === 0) refuse('it is empty');
            else if (symbols && hasShrunk(symbols.length, snapshot.symbols.length, maxShrink)) {
              const lost = `${snapshot.symbols.length} symbols where there were ${symbols.length}`;
              refuse(`${lost}: more than ${Math.round(maxShrink * 1000) / 10} % lost`);
            } else accept(snapshot.symbols);
            return;
          }
          case 'subscribe':
            if (!taken.has(command.listener)) taken.set(command.listener, []);
            offer();
            return;
          case 'offer':
            waiting = false;
            offer();
            return;
        }
      },
    };
  };
}

/** The hair above the bound is for products such as 0.29 × 100, which is 28.999…. */
const hasShrunk = (before: number, after: number, maxShrink: number): boolean =>
  before - after > maxShrink * before + 1e-9;

function changeBetween(last: readonly string[], symbols: readonly string[]): SymbolsChange {
  const [had, has] = [new Set(last), new Set(symbols)];
  const added = symbols.filter(symbol => !had.has(symbol));
  const removed = last.filter(symbol => !has.has(symbol));
  return { symbols, added, removed };
}

/** One record a symbol, keyed by it: `{list, symbol, state, name?, exchange?, assetType?, at, to?}`; a renamed one names its heir in `to`. */
function recordsOf(changes: ListChanges, list: string, nowMs: number): LogRecord[] {
  const at = new Date(nowMs).toISOString();
  const record = (one: Listed, state: 'listed' | 'delisted' | 'renamed', to?: string): LogRecord => {
    const { symbol, name, exchange, assetType } = one;
    const value = JSON.stringify({ list, symbol, state, name, exchange, assetType, at, to });
    return { key: symbol, value: Buffer.from(value), headers: { 'fl-schema': 'symbol/1' } };
  };
  return [
    ...changes.delisted.map(one => record(one, 'delisted')),
    ...changes.renamed.flatMap(({ from, to }) => [record(from, 'renamed', to.symbol), record(to, 'listed')]),
    ...[...changes.listed, ...changes.redescribed].map(one => record(one, 'listed')),
  ];
}
