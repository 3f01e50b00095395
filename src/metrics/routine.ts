import type { Event } from '../records/event.js';

const routine: ReadonlySet<Event['kind']> = new Set([
  'permit-granted',
  'quota',
  'rate-raised',
  'limits-learned',
  'settled',
  'published',
  'appended',
  'log-size',
  'retained',
  'shipped',
  'ship-failed',
  'file-rows',
]);

/** True for what `sentenceOf` words at level debug: a poll makes five such events, and a text that nobody reads would cost more than their counting. */
export const isRoutine = (event: Event): boolean =>
  routine.has(event.kind) || (event.kind === 'polled' && event.disposition === 'done');
