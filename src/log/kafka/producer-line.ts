import type { Subscription } from 'rxjs';
import { backoff } from '../../streams/backoff.js';
import type { Random, Time } from '../../streams/time.js';
import type { Cluster } from './cluster.js';
import { KafkaFailure } from './kafka-failure.js';
import type { PublisherEvent } from './publisher.js';

/** The producers of a cluster one after another, shared by all partitions, and the waiting of their publisher. */
export interface ProducerLine {
  /** Counts from 0; another number is another producer. */
  readonly current: number;
  readonly isOver: boolean;
  /** Settles when no renewal is under way. */
  settled(): Promise<void>;
  /** A new producer instead of `used`, once for all who ask for it; tried again until there is one. */
  renew(used: number, failure: KafkaFailure): Promise<void>;
  /** Rejects with `stuck` after `deadlineMs`; what the call still does is none of our business then. */
  withDeadline<T>(call: Promise<T>, what: string): Promise<T>;
  /** Back-off with jitter: up to 5 s for what time mends, up to 30 s for what a person mends. Ends early only when the line does. */
  backOff(failure: KafkaFailure, attempt: number): Promise<void>;
  pause(ms: number): Promise<void>;
  /** Ends all pauses. */
  end(): void;
}

export function createProducerLine(
  cluster: Pick<Cluster, 'renewProducer'>,
  options: {
    readonly time: Time;
    readonly random: Random;
    readonly sendDeadlineMs: number;
    readonly tell?: (event: PublisherEvent) => void;
  },
): ProducerLine {
  const { time, random, sendDeadlineMs, tell } = options;
  const soon = backoff({ minMs: 50, maxMs: 5000, random });
  const rarely = backoff({ minMs: 1000, maxMs: 30_000, random });
  const pauses = new Set<() => void>();
  let current = 0;
  let isOver = false;
  let renewal: Promise<void> | undefined;

  const renewUntilDone = async (failure: KafkaFailure): Promise<void> => {
    for (let attempt = 1; !isOver; attempt++) {
      try {
        await line.withDeadline(cluster.renewProducer(), 'a new producer');
        current += 1;
        tell?.({ kind: 'producer-renewed', failure });
        return;
      } catch (error) {
        await line.backOff(asFailure(error), attempt);
      }
    }
  };

  const line: ProducerLine = {
    get current() {
      return current;
    },
    get isOver() {
      return isOver;
    },
    async settled() {
      await renewal;
    },
    async renew(used, failure) {
      if (used !== current || isOver) return;
      renewal ??= renewUntilDone(failure).finally(() => {
        renewal = undefined;
      });
      await renewal;
    },
    withDeadline: (call, what) =>
      new Promise((resolve, reject) => {
        const late = (): void => reject(new KafkaFailure('stuck', `${what}: no answer within ${sendDeadlineMs} ms`));
        const timer = time.schedule(late, sendDeadlineMs);
        call.then(resolve, reject).finally(() => timer.unsubscribe());
      }),
    backOff: (failure, attempt) => line.pause((failure.kind === 'environment' ? rarely : soon)(attempt)),
    pause: ms =>
      new Promise(resolve => {
        if (isOver) return resolve();
        let timer: Subscription | undefined;
        const wake = (): void => {
          timer?.unsubscribe();
          pauses.delete(wake);
          resolve();
        };
        pauses.add(wake);
        timer = time.schedule(wake, ms);
      }),
    end() {
      isOver = true;
      for (const wake of pauses) wake();
    },
  };
  return line;
}

/** Anything but a failure of Kafka is a fault of the program, and ends it. */
export function asFailure(error: unknown): KafkaFailure {
  if (error instanceof KafkaFailure) return error;
  throw error;
}
