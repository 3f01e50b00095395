import { type Profiler, Session } from 'node:inspector/promises';

/** A stage by the files whose work it is, as a part of their address. */
export type Stages = readonly (readonly [stage: string, file: RegExp])[];

/**
 * Runs `work` under the sampling profiler and says which stage its time of the main thread went to, idle time left out. What the platform or a file of
 * no stage does belongs to the innermost caller that has one; the collector's time stands for itself, because it cleans up after all.
 */
export async function sharesOf(stages: Stages, work: () => Promise<void>): Promise<string> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return told(stages, spentBy(stages, profile));
}

function spentBy(stages: Stages, { nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<string, number> {
  const own = new Map<number, number>();
  samples.forEach((node, at) => {
    own.set(node, (own.get(node) ?? 0) + (timeDeltas[at] ?? 0));
  });
  const spent = new Map<string, number>();
  const byId = new Map(nodes.map(node => [node.id, node]));
  const walk = (id: number, above: string): void => {
    const { callFrame, children = [] } = byId.get(id)!;
    const { functionName, url } = callFrame;
    const ownTime = own.get(id) ?? 0;
    const named = stages.find(([, file]) => file.test(url))?.[0] ?? above;
    const stage = functionName === '(garbage collector)' ? 'collector' : named;
    if (functionName !== '(idle)') spent.set(stage, (spent.get(stage) ?? 0) + ownTime);
    for (const child of children) walk(child, stage);
  };
  walk(nodes[0]!.id, 'other');
  return spent;
}

function told(stages: Stages, spent: ReadonlyMap<string, number>): string {
  const all = [...spent.values()].reduce((sum, one) => sum + one, 0);
  return [...new Set([...stages.map(([stage]) => stage), 'collector', 'other'])]
    .map(stage => `${stage} ${Math.round((100 * (spent.get(stage) ?? 0)) / all)} %`)
    .join(', ');
}
