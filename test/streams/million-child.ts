import { defer, from, lastValueFrom, of } from 'rxjs';
import { pullMap } from '../../src/streams/pull-map.js';

// A million items of a kilobyte wait at the source; prints the heap in use after each tenth: `node --expose-gc --max-old-space-size=48 million-child.js`.
const items = 1_000_000;
const lanes = 64;
let pulled = 0;
let ended = 0;
let most = 0;
const heaps: number[] = [];

const pull = () =>
  defer(() => {
    if (pulled === items) return from([]);
    pulled += 1;
    most = Math.max(most, pulled - ended);
    return of(new Float64Array(128).fill(pulled));
  });
const work = (item: Float64Array) =>
  defer(() => {
    const turn = item[0]! % 97 === 0 ? new Promise(resolve => setImmediate(resolve)) : Promise.resolve();
    return turn.then(() => {
      ended += 1;
      if (ended % (items / 10) !== 0) return;
      globalThis.gc?.();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      heaps.push(heapUsed + arrayBuffers);
    });
  });

await lastValueFrom(pullMap(pull, work, { concurrency: lanes }));
process.stdout.write(JSON.stringify({ ended, most, heaps }));
