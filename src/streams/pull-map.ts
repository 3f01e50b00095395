import { from, Observable, type ObservableInput, type Observer, type Unsubscribable } from 'rxjs';

/**
 * The bounded pull: asks for an item only when there is room to work on it.
 *
 * Keeps `concurrency` lanes. Each lane pulls one item (the first value of `pull()`), runs `work` on it to its end, and only then pulls again.
 * A pull that completes without a value says that the source is exhausted: no lane pulls again.
 *
 * - Emits: the values of all works as they come; completes when the source is exhausted and every lane has ended.
 * - Holds at most: `concurrency` items, each either being pulled or being worked on. Nothing waits in between, however much waits at the source.
 * - Error: of a pull, of a work, or thrown by either function ends the stream at once and unsubscribes all others.
 * - Unsubscribing: unsubscribes every pull and every work that is under way. To drain instead, let the pulls complete without a value
 *   (`takeUntil(draining)` inside `pull`): what is being worked on is then finished.
 *
 * A loop, not recursion: a million synchronous pulls use no stack. By hand and not of operators: every poll goes through here, and five subscribers
 * for each were a twentieth of what it costs.
 */
export function pullMap<T, R>(
  pull: () => ObservableInput<T>,
  work: (item: T) => ObservableInput<R>,
  { concurrency }: { readonly concurrency: number },
): Observable<R> {
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new RangeError('concurrency is a whole number from 1');
  return new Observable(subscriber => {
    let lanes = concurrency;
    let exhausted = false;

    const openLane = (): void => {
      let idle = true;
      let looping = false;
      /** The pull or the work of this lane. Known before it emits, so that also one that emits without end within its subscribing can be left. */
      let current: Unsubscribable | undefined;
      subscriber.add(() => current?.unsubscribe());
      const follow = <V>(input: () => ObservableInput<V>, observer: Observer<V>): void => {
        new Observable<V>(inner => {
          current = inner;
          return from(input()).subscribe(inner);
        }).subscribe(observer);
      };
      const fail = (error: unknown): void => subscriber.error(error);
      const end = (): void => {
        idle = true;
        turn();
      };
      const pullOne = (): void => {
        let empty = true;
        follow(pull, {
          next(item) {
            if (!empty) return;
            empty = false;
            const pulling = current;
            follow(() => work(item), { next: value => subscriber.next(value), error: fail, complete: end });
            pulling?.unsubscribe();
          },
          error: fail,
          complete() {
            if (!empty) return;
            exhausted = true;
            end();
          },
        });
      };
      const turn = (): void => {
        if (looping) return;
        looping = true;
        while (idle && !exhausted && !subscriber.closed) {
          idle = false;
          pullOne();
        }
        looping = false;
        if (idle) {
          lanes -= 1;
          if (lanes === 0) subscriber.complete();
        }
      };
      turn();
    };

    for (let lane = 0; lane < concurrency; lane += 1) openLane();
  });
}
