import { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import test from 'ava';
import { lossyOutput } from '../../src/commands/lossy-output.js';

test('lines that standard error does not take are counted, and neither end the process nor keep later ones out', t => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  let fault: 'none' | 'event' | 'throw' = 'none';
  let taken = '';
  const stream = Object.assign(new EventEmitter(), {
    write(text: string, done: (error?: Error) => void): boolean {
      if (fault === 'throw') throw full;
      if (fault === 'none') taken += text;
      else {
        done(full);
        (this as unknown as EventEmitter).emit('error', full);
      }
      return true;
    },
  });
  let lost = 0;
  const output = lossyOutput(stream as unknown as Writable);
  output.onLost(() => lost++);
  const losses = (['none', 'event', 'throw', 'none'] as const).map((how, index) => {
    fault = how;
    output.write(`${index}\n`);
    return lost;
  });
  t.deepEqual(losses, [0, 1, 2, 2]);
  t.is(taken, '0\n3\n');
});
