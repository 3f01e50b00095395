import { type Subscription, timer } from 'rxjs';
import type { Running } from '../ingest/blueprint.js';
import type { TallySnapshot } from '../metrics/tally.js';
import type { Report } from '../records/event.js';
import type { Time } from '../streams/time.js';
import type { Io } from './io.js';

export interface RunParts {
  readonly io: Io;
  /** Tells somebody what is wrong at the end. */
  readonly say: (problem: string) => void;
  readonly running: Pick<Running, 'run' | 'drain' | 'abort' | 'peek' | 'listProblems'>;
  readonly once: boolean;
  readonly report: Report;
  readonly tally: () => TallySnapshot;
  /** In which the drain has its deadline: whoever stops a simulated day waits in his own time. */
  readonly time: Time;
  readonly drainMs: number;
}

type Signal = Parameters<Parameters<Io['onStop']>[0]>[0];

const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Subscribes the graph, the only place that does, and waits for its end. A signal drains: pull no more, finish what is in flight, flush.
 * Past `drainMs` calls under way are ended; what they bring is lost, their quota stays counted.
 * @returns the exit code: of a drain that did not end by itself that of the signal
 */
export function untilStopped({ io, say, running, once, report, tally, time, drainMs }: RunParts): Promise<number> {
  return new Promise((resolve, reject) => {
    let deadline: Subscription | undefined;
    /** The signal whose drain was cut off. */
    let cutOff: Signal | undefined;
    let abandoned = 0;
    const calls = (): number => [...tally().sources.values()].reduce((sum, source) => sum + source.calls, 0);
    const records = (): number => [...tally().feeds.values()].reduce((sum, feed) => sum + feed.records, 0);
    const drained = (): void => {
      deadline?.unsubscribe();
      report({ kind: 'drained', records: records(), calls: calls(), abandoned });
    };

    io.onStop(signal => {
      if (deadline) return;
      report({ kind: 'draining', reason: signal, deadlineMs: drainMs });
      deadline = timer(drainMs, time).subscribe(() => {
        cutOff = signal;
        abandoned = [...running.peek().values()].reduce((sum, view) => sum + view.inFlight, 0);
        // Before the abort, which may complete the graph at once: what is armed after that would end a second time.
        deadline = timer(2_000, time).subscribe(() => {
          graph.unsubscribe();
          drained();
          resolve(signalCodes[signal]);
        });
        running.abort();
      });
      running.drain();
    });

    const graph = running.run.subscribe({
      error: (error: unknown) => {
        deadline?.unsubscribe();
        reject(error as Error);
      },
      complete: () => {
        drained();
        const problems = once ? problemsOf(running) : [];
        for (const problem of problems) say(problem);
        resolve(cutOff ? signalCodes[cutOff] : problems.length > 0 ? 1 : 0);
      },
    });
    report({ kind: 'ready' });
  });
}

function problemsOf(running: RunParts['running']): readonly string[] {
  const views = [...running.peek()];
  return [
    ...running.listProblems,
    ...views.flatMap(([name, { stopped, problems }]) => [
      ...(stopped === undefined ? [] : [`source ${name} stopped: ${stopped}`]),
      ...problems,
    ]),
  ];
}
