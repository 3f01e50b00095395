import { EMPTY, finalize, ignoreElements, merge, NEVER, Observable, Subject, takeUntil, tap } from 'rxjs';
import type { ActorRef } from '../actors/actor.js';
import { createSystem } from '../actors/actor-system.js';
import type { HttpEdge } from '../http/edge.js';
import { isFinal, type Log, type Position } from '../log/log.js';
import type { Report } from '../records/event.js';
import { type BudgetCommand, budget, budgetMailbox } from '../schedule/budget.js';
import type { Limit } from '../schedule/limit.js';
import type { SourceOptions, Vendor } from '../sources/source.js';
import type { Random, Time } from '../streams/time.js';
import { listSnapshots } from '../symbols/list-snapshots.js';
import { type ListSpec, listFingerprint } from '../symbols/list-spec.js';
import { decodeStoredList, listStateKey } from '../symbols/stored-list.js';
import { symbolDirectory } from '../symbols/symbol-directory.js';
import type { ListFile } from '../symbols/watch-list-file.js';
import { createCommitStage } from './commit-stage.js';
import type { FeedSpec } from './feed-desk.js';
import { feedOwner, type OwnerView } from './feed-owner.js';
import { fetchWork, heldEdge } from './fetch.js';
import { fetchListing } from './fetch-listing.js';
import { logWatch } from './log-watch.js';
import { sourceLanes } from './source-lanes.js';

/** What to run: the configuration, resolved. */
export interface Plan {
  readonly sources: readonly SourcePlan[];
  readonly lists: readonly { readonly name: string; readonly spec: ListSpec }[];
  /** Lists that somebody else keeps: `ownership` tells what is on them. */
  readonly followed?: readonly string[];
  readonly topics: { readonly symbols: string; readonly deadLetters: string };
  /** One round of each feed, then complete. */
  readonly once: boolean;
}

export interface SourcePlan {
  readonly name: string;
  readonly vendor: Vendor;
  readonly options: SourceOptions;
  readonly limits: readonly Limit[];
  readonly concurrency: number;
  readonly deadlineMs: number;
  readonly edge: HttpEdge;
  readonly feeds: readonly FeedSpec[];
}

/** Time, chance, network and disk. */
export interface World {
  readonly time: Time;
  readonly random: Random;
  readonly log: Log;
  /** For symbol lists on the web. */
  readonly listEdge: HttpEdge;
  /** For symbol lists on disk. */
  readonly listFile: (path: string) => ListFile;
  readonly report: Report;
  readonly redact: (text: string) => string;
  /** Absent where there is one instance. */
  readonly ownership?: Ownership;
}

/** What several instances have agreed on. */
export interface Ownership {
  /** Grows with each owner. */
  readonly epoch: number;
  /** Asked before each permit and before each call: false while it is not certain that nobody else polls this. */
  readonly isHeld: () => boolean;
  /** Resolves when what lies at these places of the log is where a next owner finds it. */
  readonly acknowledged: (positions: readonly Position[]) => Promise<void>;
  /** The symbols of a list that somebody else keeps, at once where there are any, then at every change. */
  readonly followed: (list: string) => Observable<readonly string[]>;
}

export interface Running {
  /** The whole graph. Emits nothing; completes when drained (or after one round with `once`), errors with what nobody could mend. Subscribe once. */
  readonly run: Observable<never>;
  /** Pulls no more; `run` completes when what is in flight is on disk. */
  drain(): void;
  /** Ends calls under way, too. */
  abort(): void;
  /** Other limits for a source that runs, from now on. */
  setLimits(source: string, limits: readonly Limit[]): void;
  peek(): ReadonlyMap<string, OwnerView>;
  /** With `once`: lists that could not be loaded. */
  readonly listProblems: readonly string[];
}

/** An acknowledgement costs a flush and a call's place is not held meanwhile: twice as many lanes as calls in flight keep the vendor busy. */
const lanesFor = (concurrency: number): number => concurrency * 2;

/**
 * ```
 * list ──snapshots──► directory ──symbols──► feed owner ◄──permit── budget
 *                         │                    │   ▲                  │
 *                         │                  item  settlement     reservation
 *                         ▼                    ▼   │                  ▼
 *                    commit stage   lanes: fetch ──┴──► commit stage ──► log
 * ```
 */
export function blueprint(plan: Plan, world: World): Running {
  const { time, random, log, report, ownership } = world;
  const epoch = ownership?.epoch ?? 0;
  const draining = new Subject<void>();
  const aborted = new Subject<void>();
  const failed = new Subject<never>();
  const listProblems: string[] = [];
  const budgets = new Map<string, ActorRef<BudgetCommand>>();
  const views = new Map<string, () => OwnerView>();

  const run = new Observable<never>(subscriber => {
    const system = createSystem({
      scheduler: time,
      random,
      report,
      onFailed: (name, error) => failed.error(new Error(`${name} failed for good`, { cause: error })),
    });

    const sources = plan.sources.map(source => {
      const { name, vendor, options, limits, concurrency, deadlineMs, feeds } = source;
      const edge = ownership ? heldEdge(source.edge, ownership.isHeld) : source.edge;
      const permits = system.spawn(
        `budget/${name}`,
        budget({
          source: name,
          limits,
          concurrency,
          deadlineMs,
          state: log,
          reserve: state =>
            log.append({ batches: [], state }).then(
              positions => ownership?.acknowledged(positions),
              (error: unknown) => {
                if (isFinal(error)) failed.error(error as Error);
                throw error;
              },
            ),
          ...(ownership && { isHeld: ownership.isHeld }),
          report,
          time,
          random,
        }),
        { mailbox: budgetMailbox },
      );
      budgets.set(name, permits);
      const { factory, peek } = feedOwner({
        sourceName: name,
        vendor,
        feeds,
        budget: permits,
        deadLetters: plan.topics.deadLetters,
        load: key => log.get(key),
        report,
        time,
        random,
        once: plan.once,
        redact: world.redact,
      });
      const owner = system.spawn(`owner/${name}`, factory, { mailbox: { capacity: 100_000, policy: 'reject' } });
      views.set(name, peek);
      report({ kind: 'component', name: `source/${name}`, ready: true });
      const stage = createCommitStage({ log, writer: `source/${name}`, epoch, time, report });
      const lanes = sourceLanes({
        owner,
        fetch: fetchWork(edge, vendor, options),
        stage,
        lanes: lanesFor(concurrency),
        abort: aborted,
      });
      return { source: { ...source, edge }, owner, permits, stage, flow: merge(stage.run, lanes) };
    });

    const lists = plan.lists.map(({ name, spec }) => {
      const stage = createCommitStage({ log, writer: `list/${name}`, epoch, time, report });
      const fingerprint = listFingerprint(spec);
      const directory = system.spawn(
        `list/${name}`,
        symbolDirectory({
          list: name,
          fingerprint,
          maxShrink: spec.maxShrink,
          get: key => log.get(key),
          save: ({ records, state }) => {
            const outgoing = records.map(record => ({ ...record, topic: plan.topics.symbols }));
            stage.commit({ records: outgoing, state, events: [] }, () => undefined);
          },
          report,
          refused(reason, hasList) {
            if (!hasList) report({ kind: 'component', name: `list/${name}`, ready: false, reason });
            if (!plan.once) return;
            listProblems.push(`list ${name}: ${reason}`);
            // A round would wait for it for ever.
            if (!hasList) for (const { owner } of sources) owner.tell({ kind: 'symbols', list: name, symbols: [] });
          },
        }),
      );
      let isLoaded = false;
      directory.tell({
        kind: 'subscribe',
        listener: () => {
          if (!isLoaded) report({ kind: 'component', name: `list/${name}`, ready: true });
          isLoaded = true;
          return true;
        },
      });
      for (const { source, owner } of sources)
        if (source.feeds.some(feed => feed.lists.includes(name)))
          directory.tell({
            kind: 'subscribe',
            listener: ({ symbols }) => owner.tell({ kind: 'symbols', list: name, symbols }),
          });
      const stored = decodeStoredList(log.get(listStateKey(name)));
      const isKnown = stored?.fingerprint === fingerprint;
      const snapshots = listSnapshots(spec, {
        time,
        random,
        edge: world.listEdge,
        listFile: world.listFile,
        fetchListing: of => {
          const { source, permits, stage: settling } = sources.find(one => one.source.name === of)!;
          return fetchListing({ ...source, id: `listing/${name}`, permits, stage: settling, once: plan.once, time });
        },
        confirmedAtMs: isKnown ? stored.confirmedAtMs : undefined,
      }).pipe(
        tap(snapshot => void directory.tell({ kind: 'snapshot', snapshot })),
        ignoreElements(),
      );
      return { stage, flow: snapshots };
    });

    const following = (plan.followed ?? []).map(name =>
      (ownership?.followed(name) ?? NEVER).pipe(
        tap(symbols => {
          for (const { source, owner } of sources)
            if (source.feeds.some(feed => feed.lists.includes(name)))
              owner.tell({ kind: 'symbols', list: name, symbols });
        }),
        ignoreElements(),
      ),
    );

    const polled = new Subject<void>();
    const idle = plan.once ? EMPTY : NEVER.pipe(takeUntil(draining));
    const flows = sources.length > 0 ? sources.map(({ flow }) => flow) : [idle];
    const polling = merge(...flows).pipe(
      finalize(() => {
        polled.next();
        for (const { stage } of lists) stage.close();
      }),
    );
    const stopping = draining.subscribe(() => {
      for (const { owner } of sources) owner.tell({ kind: 'drain' });
    });
    const listing = merge(...lists.map(({ flow }) => flow), ...following).pipe(takeUntil(merge(draining, polled)));
    const failures = merge(failed, logWatch(log, time)).pipe(takeUntil(polled));
    const subscription = merge(failures, listing, ...lists.map(({ stage }) => stage.run), polling).subscribe(
      subscriber,
    );
    return () => {
      stopping.unsubscribe();
      subscription.unsubscribe();
      void system.stop(1_000);
    };
  });
  return {
    run,
    drain: () => draining.next(),
    abort: () => aborted.next(),
    setLimits: (source, limits) => void budgets.get(source)?.tell({ kind: 'limits', limits }),
    peek: () => new Map([...views].map(([name, peek]) => [name, peek()])),
    listProblems,
  };
}
