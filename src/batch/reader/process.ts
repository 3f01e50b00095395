import { FileFault } from '../table.js';
import { chunksAhead, type FromReader, type ToReader } from './messages.js';
import { readHere } from './read-here.js';

/**
 * The process that reads foreign bytes, file after file: it may be killed or die at any time, and takes nothing but its file with it. Its parent gives it its
 * bounds of memory; when that is gone it ends.
 */
let room = 0;
let wake: (() => void) | undefined;
let isWanted = false;

const send = (message: FromReader): void => {
  if (process.connected) process.send!(message);
};

async function hasRoom(): Promise<void> {
  while (room === 0 && isWanted) await new Promise<void>(resolve => (wake = resolve));
}

async function read(job: Extract<ToReader, { kind: 'read' }>['job']): Promise<void> {
  try {
    for await (const chunk of readHere(job)) {
      await hasRoom();
      if (!isWanted) break;
      room -= 1;
      send({ kind: 'chunk', chunk });
    }
    send({ kind: 'end' });
  } catch (error) {
    const { code, message } = error instanceof FileFault ? error : { code: 'reader' as const, message: String(error) };
    send({ kind: 'fault', code, message });
  }
}

process.on('message', (message: ToReader) => {
  if (message.kind === 'read') {
    [room, isWanted] = [chunksAhead, true];
    void read(message.job);
    return;
  }
  if (message.kind === 'more') room += 1;
  else isWanted = false;
  wake?.();
});
process.on('disconnect', () => process.exit());
// A terminal's Ctrl-C goes to the whole group: the parent decides when a reader ends.
process.on('SIGINT', () => undefined);
