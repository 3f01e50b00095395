import { EMPTY } from 'rxjs';
import { type HttpEdge, HttpFailure } from '../../src/http/edge.js';
import type { ListFile } from '../../src/symbols/watch-list-file.js';
import type { WorldClock } from './clock.js';
import type { Life } from './life.js';
import type { PlannedList, WorldPlan } from './world-plan.js';

/** Files and pages from which lists come, as they are at this time. */
export function createOrigins(clock: WorldClock, plan: WorldPlan) {
  const contentOf = ({ contents }: PlannedList) => {
    const elapsedMs = clock.now() - plan.startMs;
    return contents.findLast(({ fromMs }) => fromMs <= elapsedMs) ?? contents[0]!;
  };
  const listAt = (place: (list: PlannedList) => boolean): PlannedList => plan.lists.find(place)!;

  return {
    /** What the origin of a list holds, and since when (ms since the start of the world). */
    contentOf,
    file(path: string): ListFile {
      const list = listAt(({ spec }) => spec.from === 'file' && spec.path === path);
      return {
        mark: () => Promise.resolve(String(contentOf(list).fromMs)),
        read: () => Promise.resolve(Buffer.from(`# by hand\n${contentOf(list).symbols.join('\n')}\n`)),
        hints: EMPTY,
      };
    },
    page:
      (life: Life): HttpEdge =>
      ({ url }) => {
        const list = listAt(({ spec }) => spec.from === 'http-csv' && spec.url === url);
        const elapsedMs = clock.now() - plan.startMs;
        const isCutOff = plan.network.outages.some(({ fromMs, toMs }) => elapsedMs >= fromMs && elapsedMs < toMs);
        const body = Buffer.from(
          ['Symbol,Name', ...contentOf(list).symbols.map(one => `${one},${one} Corp`), ''].join('\n'),
        );
        return new Promise((resolve, reject) =>
          clock.after(plan.network.mostMs, () => {
            if (life.isDead) return;
            if (isCutOff) reject(new HttpFailure('connect', 'https://lists.example: could not connect'));
            else resolve({ status: 200, headers: { 'content-type': 'text/csv' }, body });
          }),
        );
      },
  };
}
