import { type Instance, until } from '../instance.js';
import type { KafkaCluster } from '../kafka/cluster.js';
import { countBack } from '../kafka/read-back.js';
import { openSharedDesk, type SharedDesk } from '../shared-desk.js';
import { seconds } from './row.js';

const sources = 6;
const soundMs = 10_000;

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Names of the sources that an instance runs. */
const runsOf = async (instance: Instance): Promise<readonly string[]> =>
  (await instance.status()).sources.filter(({ state }) => state !== 'standby').map(({ name }) => name);

/** Waits until the vendor has served each of these sources after `sinceMs`. @returns the longest that one was not served */
async function servedAgain(desk: SharedDesk, of: readonly string[], sinceMs: number): Promise<number> {
  const before = new Map(await desk.lastServed());
  const first = new Map<string, number>();
  while (first.size < of.length) {
    for (const [source, atMs] of await desk.lastServed())
      if (atMs > sinceMs && of.includes(source) && !first.has(source)) first.set(source, atMs);
    await pause(50);
  }
  return Math.max(...of.map(source => first.get(source)! - Math.min(before.get(source) ?? sinceMs, sinceMs)));
}

/**
 * Row 20: three processes of the program with one configuration, a key for each source. One is killed, one is frozen and woken, the first comes back, all end in order.
 * @param frozenMs longer than the session
 * @returns the line of the table, and what is wrong
 */
export async function playInstances(
  kafka: KafkaCluster,
  { symbols, frozenMs }: { readonly symbols: number; readonly frozenMs: number },
): Promise<{ readonly line: string; readonly faults: readonly string[] }> {
  const desk = await openSharedDesk({
    name: `row-20-${symbols}`,
    brokers: kafka.addresses('PROXIED'),
    replication: 3,
    sources,
    symbols: symbols / sources,
    perMinute: 600,
    every: '2m',
  });
  try {
    const a = desk.start('a');
    await until(a, async () => (await runsOf(a)).length === sources);
    let b = desk.start('b');
    const c = desk.start('c');
    const shares = async (...of: Instance[]): Promise<number[]> =>
      Promise.all(of.map(async one => (await runsOf(one)).length));
    await until(a, async () => String(await shares(a, b, c)) === '2,2,2');
    await pause(soundMs);

    const [ofB, killedMs] = [await runsOf(b), Date.now()];
    b.child.kill('SIGKILL');
    await b.ended;
    const afterKillMs = await servedAgain(desk, ofB, killedMs + 500);
    await pause(soundMs);

    const [ofC, frozenAtMs] = [await runsOf(c), Date.now()];
    c.child.kill('SIGSTOP');
    const afterFreezeMs = await servedAgain(desk, ofC, frozenAtMs + 500);
    await pause(Math.max(0, frozenAtMs + frozenMs - Date.now()));
    c.child.kill('SIGCONT');
    await until(a, async () => String(await shares(a, c)) === '3,3');
    b = desk.start('b');
    await until(a, async () => String(await shares(a, b, c)) === '2,2,2');
    await pause(soundMs);

    const ends = [];
    for (const one of [b, c, a]) {
      one.child.kill('SIGTERM');
      ends.push((await one.ended).code);
    }
    const { violations, calls } = await desk.counts();
    const { file } = await desk.expected(['a', 'b', 'c']);
    const count = await countBack(kafka, desk.topic, file);
    const seen = `calls again ${seconds(afterKillMs)} after the kill, ${seconds(afterFreezeMs)} after the freeze; ${calls} calls, ${violations} beyond a key's minute`;
    const faults = [
      ...(count.lost > 0 ? [`${count.lost} lost`] : []),
      ...(count.mismatched + count.split > 0 ? [`${count.mismatched} mismatched, ${count.split} split`] : []),
      ...(violations > 0 ? [`${violations} calls beyond a key's minute`] : []),
      ...(ends.some(code => code !== 0) ? [`ended with ${ends.join(', ')}`] : []),
    ];
    const line = `| 20 | three instances, ${sources} keys: one killed, one frozen for ${seconds(frozenMs)} and woken | ${symbols} symbols | ${count.expected} | ${count.lost} | ${count.doubled} | ${count.outOfOrder} | ${seen} |`;
    return { line, faults };
  } finally {
    await desk.close();
  }
}
