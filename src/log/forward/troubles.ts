import { type Subscription, timer } from 'rxjs';
import type { Report } from '../../records/event.js';
import type { Time } from '../../streams/time.js';
import type { KafkaFailure } from '../kafka/kafka-failure.js';

export interface Troubles {
  /** Something about `where` failed; it goes on until `mended`. */
  met(where: string, failure: Pick<KafkaFailure, 'kind' | 'code' | 'message'>): void;
  mended(where: string): void;
  /** Says nothing more. */
  close(): void;
  /** The reason that stands in /readyz. */
  readonly reason: string | undefined;
}

interface Trouble {
  readonly sinceMs: number;
  readonly failure: Pick<KafkaFailure, 'kind' | 'code' | 'message'>;
}

/** A leader that moves is over before anybody could look. */
const patienceMs = 3_000;

/**
 * What keeps records from going to Kafka, told on change only: at once where a person has to mend it, else when it has lasted for three seconds.
 * Holds one entry for each place that fails: the cluster, or a partition.
 */
export function createTroubles(report: Report, time: Time): Troubles {
  const troubles = new Map<string, Trouble>();
  let said: string | undefined;
  let reason: string | undefined;
  let later: Subscription | undefined;

  const tell = (): void => {
    const nowMs = time.monotonicMs();
    const due = [...troubles.values()].filter(
      ({ failure, sinceMs }) => failure.kind === 'environment' || nowMs - sinceMs >= patienceMs,
    );
    const first = due.find(({ failure }) => failure.kind === 'environment') ?? due[0];
    // By its code: each partition words it a little differently.
    const code = first?.failure.code;
    if (code === said) return;
    said = code;
    reason = first?.failure.message;
    report({ kind: 'component', name: 'kafka', ready: first === undefined, ...(reason !== undefined && { reason }) });
  };

  return {
    met(where, failure) {
      troubles.set(where, { sinceMs: troubles.get(where)?.sinceMs ?? time.monotonicMs(), failure });
      tell();
      if (failure.kind === 'environment') return;
      later?.unsubscribe();
      later = timer(patienceMs, time).subscribe(tell);
    },
    close: () => later?.unsubscribe(),
    mended(where) {
      if (troubles.delete(where)) tell();
    },
    get reason() {
      return reason;
    },
  };
}
