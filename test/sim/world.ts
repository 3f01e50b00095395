import { blueprint, type Running } from '../../src/ingest/blueprint.js';
import { calendarOf } from '../../src/schedule/calendars.js';
import { createAnswering } from '../../src/simulator/answering.js';
import { createMarket } from '../../src/simulator/market.js';
import { alphaVantage } from '../../src/sources/alpha-vantage.js';
import { createWorldClock } from './clock.js';
import { createDisk } from './disk.js';
import { createDraw } from './draw.js';
import { createLife, type Life } from './life.js';
import { createOracle, type Violation } from './oracle.js';
import { createOrigins } from './origins.js';
import { createWire } from './wire.js';
import type { WorldPlan } from './world-plan.js';

export interface Ending {
  readonly violations: readonly Violation[];
  /** Of all events, calls and commits in order: equal for equal worlds. */
  readonly digest: string;
  readonly trace: readonly string[];
  readonly calls: number;
  readonly records: number;
  readonly lives: number;
  readonly steps: number;
  readonly refused: number;
}

const baseUrl = 'http://vendor.example';
const drainMs = 120_000;
/** A short second run over the same log at the end: it must have nothing to add but what is new. */
const encoreMs = 100_000;

/** Runs a planned world to its end, or to its first violation. Takes no real time but what it computes. */
export async function runWorld(plan: WorldPlan): Promise<Ending> {
  const draw = createDraw(`run ${plan.seed}`);
  const clock = createWorldClock(plan.startMs);
  const exchange = calendarOf('XNYS');
  const isOpen = (ms: number): boolean => {
    const { openMs } = exchange.sessionAtOrAfter(ms);
    return ms >= openMs;
  };
  const market = createMarket({
    seed: plan.seed,
    startMs: plan.startMs,
    scenario: plan.market,
    maxBars: 400_000,
    ...(plan.sessions && { isOpen }),
  });
  const answering = createAnswering(market, plan.market, () => 'http://elsewhere.example/');
  const origins = createOrigins(clock, plan);
  const oracle = createOracle({ plan, clock, market, counts: () => answering.counts(), origins });
  const disk = createDisk(clock, plan, draw.of('disk'), oracle.disk);
  const wire = createWire({ clock, answering, plan, draw: draw.of('wire'), watch: oracle.wire });
  let lives = 0;
  let life: Life | undefined;
  let running: Running | undefined;
  let isDrained = false;
  let isDraining = false;

  const hasDayQuota = plan.sources.some(({ limits }) => limits.some(({ resetsAt }) => resetsAt !== undefined));

  function boot(): void {
    // What starts with a clock that is ahead takes its date for true, and opens the quota of a day that has not begun: docs/simulation.md.
    if (hasDayQuota && clock.wallOffsetMs > 0) clock.wallOffsetMs = 0;
    const crash = plan.crashes[lives];
    const time = clock.process();
    const born = createLife(lives++, time, crash, () => {
      oracle.crashed();
      disk.crash();
      clock.wallOffsetMs -= crash?.setBackMs ?? 0;
      clock.after(crash?.downMs ?? 0, boot);
    });
    if (crash?.at === 'instant') clock.after(crash.nth, () => void born.meets('instant'));
    const log = disk.open(born);
    for (const topic of ['market.bars', 'market.quotes', 'dead'])
      log.ensureTopic(topic, { cleanup: 'delete', partitions: 3 });
    log.ensureTopic('symbols', { cleanup: 'compact', partitions: 3 });
    oracle.booted(born.nth);
    const started = blueprint(
      {
        sources: plan.sources.map(({ name, apiKey, format, limits, concurrency, deadlineMs, feeds }) => ({
          name,
          vendor: alphaVantage,
          options: { apiKey, baseUrl, format },
          limits,
          concurrency,
          deadlineMs,
          edge: wire(born, name, deadlineMs),
          feeds,
        })),
        lists: plan.lists,
        topics: { symbols: 'symbols', deadLetters: 'dead' },
        once: false,
      },
      {
        time,
        random: draw.of(`life ${born.nth}`).next,
        log,
        listEdge: origins.page(born),
        listFile: path => origins.file(path),
        report: event => {
          if (!born.isDead) oracle.report(event);
        },
        redact: text => text,
      },
    );
    started.run.subscribe({
      error: (error: unknown) => {
        if (!born.isDead) oracle.accuse('nothing-fails', `the graph: ${String(error)}`);
      },
      complete: () => {
        if (born.isDead) return;
        isDrained = true;
        if (!isDraining) oracle.accuse('nothing-fails', 'the graph ended by itself');
      },
    });
    [life, running] = [born, started];
  }

  const until = (elapsedMs: number): Promise<void> =>
    clock.runUntil(() => clock.now() - plan.startMs >= elapsedMs || oracle.violations.length > 0);

  /** Drains; a process that dies meanwhile is waited for, and the next one drains in its place. */
  async function drain(): Promise<void> {
    isDraining = true;
    for (isDrained = false; !isDrained && oracle.violations.length === 0; ) {
      await clock.runUntil(() => life?.isDead === false);
      const [drained, fromMs] = [life, clock.now()];
      running?.drain();
      const isLate = (): boolean => clock.now() - fromMs > drainMs;
      await clock.runUntil(() => isDrained || drained?.isDead === true || isLate() || oracle.violations.length > 0);
      if (isLate()) oracle.accuse('drains', `it has not drained within ${drainMs / 1000} s`);
    }
    isDraining = false;
  }

  for (const { atMs, byMs } of plan.jumps)
    clock.after(atMs, () => {
      // A clock set forward while nobody looks cannot be told from time that passed.
      if (life?.isDead === false) clock.wallOffsetMs += byMs;
    });
  const look = (): void => {
    if (life?.isDead === false && !isDraining && running) oracle.look(running.peek(), disk.troubledMs);
    clock.after(plan.lookMs, look);
  };
  clock.after(plan.lookMs, look);
  boot();
  await until(plan.forMs);
  if (oracle.violations.length === 0) {
    await drain();
    boot();
    await until(clock.now() - plan.startMs + encoreMs);
    await drain();
    if (oracle.violations.length === 0) oracle.ended(disk.log);
  }
  const { calls, refused } = answering.counts();
  return {
    violations: oracle.violations,
    digest: oracle.digest(),
    trace: oracle.trace(),
    calls,
    records: oracle.records,
    lives,
    steps: clock.steps,
    refused: refused.second + refused.minute + refused.day,
  };
}
