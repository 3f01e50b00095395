import type { Factory, Supervision } from '../../src/actors/actor.js';
import type { ActorEvent } from '../../src/actors/actor-event.js';
import { createSystem } from '../../src/actors/actor-system.js';
import { createVirtualTime } from '../streams/virtual-time.js';

/** A system on virtual time, with everything that it reported. */
export const world = (random: () => number = () => 0.5) => {
  const time = createVirtualTime(0);
  const events: ActorEvent[] = [];
  const failed: string[] = [];
  const system = createSystem({
    scheduler: time,
    random,
    report: event => events.push(event),
    onFailed: name => failed.push(name),
  });
  const lost = () => events.reduce((sum, event) => sum + (event.kind === 'mailbox-lost' ? event.count : 0), 0);
  const restarts = () => events.filter(event => event.kind === 'actor-restarted');
  return { time, system, events, failed, lost, restarts };
};

export const microtasks = async () => {
  for (let round = 0; round < 20; round += 1) await Promise.resolve();
};

/** Notes what it receives; `seen` outlives restarts, unlike anything inside the factory. */
export const collector =
  <C>(seen: C[], poison: (command: C) => boolean = () => false): Factory<C> =>
  () => ({
    receive(command) {
      if (poison(command)) throw new Error('poison');
      seen.push(command);
    },
  });

export const quick: Supervision = { minBackoffMs: 10, maxBackoffMs: 40, maxRestarts: 3, withinMs: 1_000 };
