import type { Limit } from '../src/schedule/limit.js';
import { saturate } from '../test/schedule/saturated.js';
import { createWorld } from '../test/schedule/world.js';

// What it costs that a call counts until `per` after its answer: calls that the budget permits in ten minutes of virtual time, as a share of what the
// limit would allow to calls that take no time.
const spanMs = 600_000;
const startMs = Date.parse('2024-06-11T14:00Z');
const limits: Limit[] = [
  { requests: 1, perMs: 1000 },
  { requests: 5, perMs: 1000 },
  { requests: 20, perMs: 1000 },
  { requests: 75, perMs: 60_000 },
  { requests: 300, perMs: 60_000 },
];

for (const limit of limits) {
  const shares: string[] = [];
  for (const latencyMs of [0, 50, 300]) {
    const world = createWorld(startMs);
    let calls = 0;
    const permitted = (): void => {
      calls += 1;
    };
    saturate({ world, limits: [limit], concurrency: 400, latencyMs: () => latencyMs, permitted });
    // The first window is free of calls before it.
    await world.advanceTo(startMs + limit.perMs * 2);
    calls = 0;
    const fromMs = world.trueMs;
    const wholeMs = Math.floor(spanMs / (limit.perMs + latencyMs)) * (limit.perMs + latencyMs);
    await world.advanceTo(fromMs + wholeMs);
    const share = (calls * limit.perMs) / (limit.requests * wholeMs);
    shares.push(`${latencyMs} ms ${(100 * share).toFixed(1)} %`);
  }
  console.log(`${limit.requests} per ${limit.perMs / 1000} s: ${shares.join(', ')}`);
}
