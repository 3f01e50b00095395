import { type FSWatcher, watch } from 'node:fs';
import {
  defer,
  EMPTY,
  exhaustMap,
  filter,
  finalize,
  from,
  ignoreElements,
  map,
  merge,
  mergeMap,
  Observable,
  race,
  repeat,
  Subject,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import { type CommitStage, createCommitStage } from '../ingest/commit-stage.js';
import { isFinal, type Log, LogFailure } from '../log/log.js';
import type { FileProgressStatus } from '../metrics/view.js';
import type { Report } from '../records/event.js';
import { pullMap } from '../streams/pull-map.js';
import type { Time } from '../streams/time.js';
import type { Dataset } from './dataset.js';
import { type Claimed, createFileDesk } from './file-desk.js';
import { createInbox } from './intake/inbox.js';
import { makePlaces, moveInto, type Places } from './intake/places.js';
import { scanFiles } from './intake/scan.js';
import { datasetMatcher } from './match.js';
import type { ReadFile } from './reader/job.js';

export interface BatchPlan {
  readonly places: Places;
  /** In the order of the configuration: the first that matches has the file. */
  readonly datasets: readonly Dataset[];
  /** Files at once. */
  readonly parallel: number;
  /** A file that did not change for so long is whole. */
  readonly stableMs: number;
  readonly topics: { readonly files: string; readonly deadLetters: string };
  /** Until the inbox is empty. */
  readonly once: boolean;
}

export interface BatchWorld {
  readonly log: Log;
  readonly read: ReadFile;
  readonly time: Time;
  readonly report: Report;
  /** Logical writer of a dataset. */
  readonly writer: (dataset: string) => string;
}

export interface BatchEngine {
  /** Emits nothing; completes when drained, or with `once` when the inbox is empty. Errors with what nobody can mend. Subscribe once. */
  readonly run: Observable<never>;
  /** Takes no further file; what is being read stays where it is, and the next start goes on there. */
  drain(): void;
  peek(): BatchView;
}

export interface BatchView {
  readonly progress: readonly FileProgressStatus[];
  /** Files in the inbox that nobody has taken yet. */
  readonly waiting: number;
  /** With `once`: files that ended in quarantine. */
  readonly quarantined: number;
}

const rescanMs = 5_000;
/** While a file lies there that may still be written to. */
const waitingMs = 250;
const hintMs = 100;
const retryMs = 5_000;
const component = 'batch';

/**
 * ```
 * inbox ──scan──► claim ──rename──► inflight ──reader process──► chunks ──► commit stage ──► log
 *                                       │                                      │
 *                                       └──────rename──► archive, quarantine ◄─┘ ledger
 * ```
 */
export function batchEngine(plan: BatchPlan, world: BatchWorld): BatchEngine {
  const { places, datasets, parallel, stableMs, topics, once } = plan;
  const { log, read, time, report } = world;
  const draining = new Subject<void>();
  const ended = new AbortController();
  const datasetOf = datasetMatcher(datasets);
  const isWanted = (name: string): boolean => datasetOf(name) !== undefined;
  const inbox = createInbox({ path: places.inbox, stableMs, isWanted, time });
  const stages = new Map<string, CommitStage>(
    datasets.map(({ name }) => [name, createCommitStage({ log, writer: world.writer(name), time, report })]),
  );
  const desk = createFileDesk({
    places,
    log,
    topics,
    read,
    commit: ({ name }, settled) => new Promise(resolve => stages.get(name)!.commit(settled, resolve)),
    report,
    time,
  });
  const told = new Set<string>();
  const left: Claimed[] = [];
  let quarantined = 0;
  let looking: Promise<unknown> = Promise.resolve();

  function tellOnce(name: string, reason: string): void {
    if (told.size > 10_000) told.clear();
    if (told.has(`${name}: ${reason}`)) return;
    told.add(`${name}: ${reason}`);
    report({ kind: 'file-left', file: name, reason });
  }

  /** What the last process had claimed, and what has no dataset any more back to where it came from. */
  async function recover(): Promise<void> {
    await makePlaces(places);
    for (const file of (await scanFiles(places.inflight)).files) {
      const dataset = datasetOf(file.name);
      if (dataset) left.push({ ...file, dataset, wasLeft: true });
      else await moveInto(places.inbox, file, 'left');
    }
  }

  async function claim(): Promise<Claimed | undefined> {
    const first = left.shift();
    if (first) return first;
    const found = await inbox.next();
    for (const { name, reason } of inbox.refused) tellOnce(name, reason);
    for (const name of inbox.strangers) tellOnce(name, 'no dataset matches it');
    if (found === undefined) return undefined;
    const dataset = datasetOf(found.name)!;
    try {
      const placed = await moveInto(places.inflight, found, 'again');
      return { ...placed, bytes: found.bytes, dataset, wasLeft: false };
    } catch (error) {
      inbox.release(found.name);
      throw error;
    }
  }

  /** One lane looks at a time. */
  function next(): Promise<Claimed | 'none' | 'end'> {
    const looked = looking.then(async () => {
      const claimed = await claim();
      if (claimed) return claimed;
      return once && (await inbox.isEmpty()) ? 'end' : 'none';
    });
    looking = looked.catch(() => undefined);
    return looked;
  }

  const hints = new Observable<void>(subscriber => {
    let watcher: FSWatcher | undefined;
    try {
      watcher = watch(places.inbox, { recursive: true, persistent: false }, () => subscriber.next());
      watcher.on('error', () => watcher?.close());
    } catch {
      // No watches left: the regular look does without.
    }
    return () => watcher?.close();
  });

  const pull = (): Observable<Claimed> =>
    defer(() => from(troubled(next))).pipe(
      repeat({
        delay: () =>
          race(timer(inbox.waiting > 0 ? waitingMs : rescanMs, time), hints.pipe(mergeMap(() => timer(hintMs, time)))),
      }),
      filter(found => found !== 'none' && found !== undefined),
      take(1),
      takeUntil(draining),
      mergeMap(found => (found === 'end' ? EMPTY : [found])),
    );

  /** What the disk refuses is said, and tried again. */
  async function troubled<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      const done = await work();
      if (told.delete(component)) report({ kind: 'component', name: component, ready: true });
      return done;
    } catch (error) {
      if (error instanceof LogFailure && isFinal(error)) throw error;
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      const reason = (error as Error).message;
      if (!told.has(component)) report({ kind: 'component', name: component, ready: false, reason });
      told.add(component);
      return undefined;
    }
  }

  const work = (file: Claimed): Observable<never> =>
    defer(() =>
      from(
        troubled(async () => {
          const isGood = await desk.settle(file, ended.signal);
          if (!isGood) quarantined += 1;
          return true;
        }),
      ),
    ).pipe(
      repeat({ delay: () => timer(retryMs, time) }),
      filter(isDone => isDone === true),
      take(1),
      takeUntil(draining.pipe(exhaustMap(() => timer(retryMs, time)))),
      ignoreElements(),
    );

  const lanes = defer(() => from(recover())).pipe(
    mergeMap(() => {
      report({ kind: 'component', name: component, ready: true });
      return pullMap(pull, work, { concurrency: parallel });
    }),
    finalize(() => {
      for (const stage of stages.values()) stage.close();
    }),
  );

  return {
    run: merge(lanes, ...Array.from(stages.values(), ({ run }) => run)).pipe(map(never => never)),
    drain() {
      ended.abort();
      draining.next();
    },
    peek: () => ({ progress: desk.progress(), waiting: inbox.waiting + left.length, quarantined }),
  };
}
