import test from 'ava';
import fc from 'fast-check';
import type { ActorRef, Factory, Supervision } from '../../src/actors/actor.js';
import { createSystem } from '../../src/actors/actor-system.js';
import { runs } from '../property-runs.js';
import { createVirtualTime } from '../streams/virtual-time.js';

type Command = { readonly kind: 'work' | 'poison' | 'last-word' } | { readonly kind: 'spawn'; readonly actor: number };

/** One line of what happened. `life` counts the incarnations of all actors. */
interface Line {
  readonly actor: number;
  readonly what: 'born' | 'received' | 'stops' | 'ended' | 'restarted';
  readonly life?: number;
}

/** Never fails for good: that an actor is down early has nothing to do with the order of a stop. */
const patient: Supervision = { minBackoffMs: 5, maxBackoffMs: 30, maxRestarts: 1_000, withinMs: 1_000 };

const node = fc.record({
  /** Of those before it. */
  parent: fc.nat(),
  waitMs: fc.nat(15),
  /** How long it takes to stop. */
  stopMs: fc.nat(20),
  told: fc.array(
    fc.record({ to: fc.nat(), kind: fc.constantFrom<'work' | 'poison'>('work', 'work', 'work', 'poison') }),
    { maxLength: 4 },
  ),
});

test('property: whoever spawned whom, and whatever fails and waits, a stop goes from the youngest to the oldest, each when the one before has ended; what is told meanwhile to an older one counts', async t => {
  let [restarts, refusedSpawns, backingOff] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(node, { minLength: 1, maxLength: 12 }), fc.nat(40), async (plan, quietMs) => {
      const time = createVirtualTime(0);
      const lines: Line[] = [];
      const refs = new Map<number, ActorRef<Command>>();
      const lost = new Map<number, number>();
      const failed = new Set<number>();
      let [lives, kept, thrown] = [0, 0, 0];
      const system = createSystem({
        scheduler: time,
        random: () => 0.5,
        report(event) {
          const actor = Number(event.actor);
          if (event.kind === 'mailbox-lost') lost.set(actor, (lost.get(actor) ?? 0) + event.count);
          if (event.kind === 'actor-restarted') lines.push({ actor, what: 'restarted' });
          if (event.kind === 'actor-failed') failed.add(actor);
        },
      });
      const tell = (to: ActorRef<Command> | undefined, command: Command): boolean => {
        const isKept = to?.tell(command) === true;
        if (isKept) kept += 1;
        return isKept;
      };
      /** Who spawned it; the test itself where that one was not there yet. */
      const parents = new Map<number, ActorRef<Command> | undefined>();

      const spawn = (actor: number): void =>
        void refs.set(actor, system.spawn(String(actor), factoryOf(actor), { supervision: patient }));
      const factoryOf =
        (actor: number): Factory<Command> =>
        () => {
          const life = lives++;
          lines.push({ actor, what: 'born', life });
          return {
            receive(command) {
              thrown += 1;
              if (command.kind === 'poison') throw new Error('poison');
              // While all stops this throws, and the actor ends by it.
              if (command.kind === 'spawn') spawn(command.actor);
              thrown -= 1;
              lines.push({ actor, what: 'received' });
            },
            async stopped() {
              lines.push({ actor, what: 'stops', life });
              const parent = parents.get(actor);
              if (parent && !tell(parent, { kind: 'last-word' })) t.fail(`${parent.name} stopped before ${actor}`);
              await new Promise<void>(resolve => time.schedule(() => resolve(), plan[actor]!.stopMs));
              lines.push({ actor, what: 'ended', life });
            },
          };
        };

      for (const [actor, { waitMs, told }] of plan.entries()) {
        await time.advance(waitMs);
        const parent = actor === 0 ? undefined : refs.get(plan[actor]!.parent % actor);
        parents.set(actor, parent);
        if (parent) tell(parent, { kind: 'spawn', actor });
        else spawn(actor);
        for (const { to, kind } of told) tell(refs.get(to % (actor + 1)), { kind });
      }
      await time.advance(quietMs);
      for (const ref of refs.values()) tell(ref, { kind: 'work' });
      const oldest = [...refs.keys()];
      const stopped = system.stop(60_000);
      await time.advance(50_000);
      await stopped;

      const last = (actor: number, what: Line['what']): number =>
        lines.findLastIndex(line => line.actor === actor && line.what === what);
      const isUp = (actor: number): boolean => last(actor, 'born') > last(actor, 'restarted');
      const isFinal = ({ actor, life }: Line): boolean => isUp(actor) && life === lines[last(actor, 'born')]!.life;
      t.deepEqual(
        lines.flatMap(line => (/stops|ended/.test(line.what) && isFinal(line) ? [`${line.actor} ${line.what}`] : [])),
        oldest
          .filter(isUp)
          .reverse()
          .flatMap(actor => [`${actor} stops`, `${actor} ended`]),
      );
      for (const actor of oldest.filter(isUp)) {
        t.true(last(actor, 'received') < last(actor, 'stops'), `${actor} received when it had stopped`);
        // What waits is handled first, but by one that fails on it.
        t.true(failed.has(actor) || !lost.has(actor), `${actor} lost ${lost.get(actor)}`);
      }
      const received = lines.filter(({ what }) => what === 'received').length;
      t.is(kept, received + thrown + [...lost.values()].reduce((sum, count) => sum + count, 0));
      t.is(time.waiting, 0);
      t.false([...refs.values()].some(ref => ref.tell({ kind: 'work' })));
      restarts += lines.filter(({ what }) => what === 'restarted').length;
      refusedSpawns += plan.length - refs.size;
      backingOff += oldest.length - oldest.filter(isUp).length;
    }),
    runs(150),
  );
  t.log(`${restarts} restarts, ${refusedSpawns} refused spawns, ${backingOff} stopped in a back-off`);
});
