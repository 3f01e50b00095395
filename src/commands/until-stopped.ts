import { type Subscription, timer } from 'rxjs';
import type { Running } from '../ingest/blueprint.js';
import type { Backlog } from '../log/forward/backlog.js';
import type { TallySnapshot } from '../metrics/tally.js';
import type { Report } from '../records/event.js';
import type { Time } from '../streams/time.js';
import type { Io } from './io.js';
import type { Shipping } from './shipping.js';

export interface RunParts {
  readonly io: Io;
  /** Tells somebody what is wrong at the end. */
  readonly say: (problem: string) => void;
  readonly running: Pick<Running, 'run' | 'drain' | 'abort' | 'peek' | 'listProblems'>;
  /** With Kafka: what was committed is to arrive there, too. */
  readonly shipping: Shipping | undefined;
  readonly once: boolean;
  readonly report: Report;
  readonly tally: () => TallySnapshot;
  /** In which the drain has its deadline: whoever stops a simulated day waits in his own time. */
  readonly time: Time;
  readonly drainMs: number;
}

type Signal = Parameters<Parameters<Io['onStop']>[0]>[0];

/** Of the deadline, for letting go of Kafka. */
const closingMs = 1_500;

const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Subscribes the graph, the only place that does, and waits for its end. A signal drains: pull no more, finish what is in flight, flush.
 * Past `drainMs` calls under way are ended; what they bring is lost, their quota stays counted. What Kafka lacks then waits in the log for the next start.
 * @returns the exit code: of a drain that did not end by itself that of the signal
 */
export function untilStopped({
  io,
  say,
  running,
  shipping,
  once,
  report,
  tally,
  time,
  drainMs,
}: RunParts): Promise<number> {
  return new Promise((resolve, reject) => {
    let deadline: Subscription | undefined;
    let lettingGo: Subscription | undefined;
    let stoppedBy: Signal | undefined;
    /** The signal whose drain was cut off. */
    let cutOff: Signal | undefined;
    let abandoned = 0;
    const calls = (): number => [...tally().sources.values()].reduce((sum, source) => sum + source.calls, 0);
    const records = (): number => {
      const { feeds, fileRecords } = tally();
      return [...feeds.values()].reduce((sum, feed) => sum + feed.records, fileRecords);
    };
    const drained = (): void => {
      deadline?.unsubscribe();
      lettingGo?.unsubscribe();
      report({ kind: 'drained', records: records(), calls: calls(), abandoned });
    };

    const shipped = async (): Promise<Backlog | undefined> => shipping && (await shipping.finish(drainMs));
    const end = (left: Backlog | undefined): void => {
      drained();
      const problems = once ? problemsOf(running) : [];
      const lacks = left !== undefined && left.records > 0;
      if (lacks) {
        report({ kind: 'unshipped', records: left.records, bytes: left.bytes, reason: shipping?.reason });
        if (once) problems.push(`${left.records} records are not in Kafka: ${shipping?.reason ?? 'too slow'}`);
      }
      for (const problem of problems) say(problem);
      if (cutOff || (lacks && stoppedBy)) resolve(signalCodes[cutOff ?? stoppedBy!]);
      else resolve(problems.length > 0 || lacks ? 1 : 0);
    };

    io.onStop(signal => {
      if (stoppedBy) return;
      stoppedBy = signal;
      report({ kind: 'draining', reason: signal, deadlineMs: drainMs });
      deadline = timer(drainMs, time).subscribe(() => {
        cutOff = signal;
        abandoned = [...running.peek().values()].reduce((sum, view) => sum + view.inFlight, 0);
        // Before the abort, which may complete the graph at once: what is armed after that would end a second time.
        deadline = timer(2_000, time).subscribe(() => {
          graph.unsubscribe();
          end(shipping?.backlog());
        });
        running.abort();
      });
      lettingGo = timer(Math.max(0, drainMs - closingMs), time).subscribe(() => shipping?.giveUp());
      running.drain();
    });

    const graph = running.run.subscribe({
      error: (error: unknown) => {
        deadline?.unsubscribe();
        reject(error as Error);
      },
      complete: () => void shipped().then(end, reject),
    });
    shipping?.failed.catch((error: unknown) => {
      graph.unsubscribe();
      reject(error as Error);
    });
    report({ kind: 'ready' });
  });
}

function problemsOf(running: RunParts['running']): string[] {
  const views = [...running.peek()];
  return [
    ...running.listProblems,
    ...views.flatMap(([name, { stopped, problems }]) => [
      ...(stopped === undefined ? [] : [`source ${name} stopped: ${stopped}`]),
      ...problems,
    ]),
  ];
}
