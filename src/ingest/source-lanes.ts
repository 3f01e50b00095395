import { defer, finalize, Observable } from 'rxjs';
import type { ActorRef } from '../actors/actor.js';
import { pullMap } from '../streams/pull-map.js';
import type { CommitStage } from './commit-stage.js';
import type { FeedOwnerCommand, GivenUp, Item } from './feed-owner-command.js';
import type { fetchWork } from './fetch.js';
import type { Settlement } from './settle.js';

export interface LaneParts {
  readonly owner: ActorRef<FeedOwnerCommand>;
  readonly fetch: ReturnType<typeof fetchWork>;
  readonly stage: CommitStage;
  readonly lanes: number;
  /** Ends calls that are under way: their outcome is lost, their quota counts as spent. */
  readonly abort: Observable<unknown>;
}

/**
 * The lanes of one source: pull → fetch → settle → commit → acknowledge, then pull again. At most `lanes` items are anywhere between
 * pull and acknowledgement; nothing is queued. Emits nothing; completes when the owner has no more items and the last is acknowledged.
 *
 * The work on an item is one observable and not a chain of them: twenty operators a poll were an eighth of its cost.
 */
export function sourceLanes({ owner, fetch, stage, lanes, abort }: LaneParts): Observable<never> {
  /** Calls under way, and how their lanes go on without an answer. */
  const calls = new Map<AbortController, () => void>();
  /** Of calls that ended by themselves, for the next ones. */
  const spare: AbortController[] = [];

  const pull = (): Observable<Item> =>
    new Observable(lane => {
      let answered = false;
      const replyTo = (item: Item | undefined): void => {
        answered = true;
        if (item !== undefined) lane.next(item);
        lane.complete();
      };
      if (!owner.tell({ kind: 'pull', replyTo })) lane.complete();
      return () => {
        if (!answered) owner.tell({ kind: 'withdraw', replyTo });
      };
    });

  const work = (item: Item): Observable<never> =>
    new Observable(lane => {
      const call = spare.pop() ?? new AbortController();
      calls.set(call, () => lane.complete());
      let inCall = true;
      const settled = (settlement: Settlement | GivenUp): void => {
        if ('kind' in settlement)
          return stage.commit({ records: [], state: settlement.state, events: [] }, () => lane.complete());
        stage.commit(settlement, () => {
          owner.tell({ kind: 'committed', item, settlement });
          lane.complete();
        });
      };
      fetch(item.work, call.signal).then(
        answered => {
          if (!inCall) return;
          inCall = false;
          calls.delete(call);
          spare.push(call);
          if (!owner.tell({ kind: 'answered', item, answered, replyTo: settled })) lane.complete();
        },
        (error: unknown) => lane.error(error),
      );
      return () => {
        // Aborting costs an exception with its stack: only where there is something to end.
        if (!inCall) return;
        inCall = false;
        calls.delete(call);
        call.abort();
      };
    });

  const endCalls = (): void => {
    for (const goOn of calls.values()) goOn();
  };

  return defer(() => {
    const ending = abort.subscribe(endCalls);
    return pullMap(pull, work, { concurrency: lanes }).pipe(
      finalize(() => {
        ending.unsubscribe();
        stage.close();
      }),
    );
  });
}
