import test from 'ava';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';

/** A test drawn in marbles. One character is one virtual millisecond; blanks line the strings up and mean nothing. */
export const marbles = (title: string, draw: (helpers: RunHelpers, scheduler: TestScheduler) => void): void =>
  test(title, t => {
    const scheduler = new TestScheduler((actual, expected) => t.deepEqual(actual, expected));
    scheduler.run(helpers => draw(helpers, scheduler));
  });

export const thrown = new Error('thrown');

export const throws = (): never => {
  throw thrown;
};
