import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Subscription, timer } from 'rxjs';
import type { MappedChunk } from '../mapped.js';
import { FileFault } from '../table.js';
import type { ReaderBounds } from './bounds.js';
import type { ReadFile, ReadJob } from './job.js';
import type { FromReader, ToReader } from './messages.js';
import { residentBytes } from './resident-bytes.js';

export interface ReaderPool {
  readonly read: ReadFile;
  /** Ends all readers. */
  close(): void;
}

const program = fileURLToPath(new URL('./process.js', import.meta.url));
const lookMs = 250;

/**
 * Readers in processes of their own, each with one file at a time and used again for the next: a reader that crashes, hangs or takes too much memory costs its
 * file and nobody else's.
 */
export function createReaderPool({ maxBytes, silentMs, time }: ReaderBounds): ReaderPool {
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  let isClosed = false;

  function start(): ChildProcess {
    const heapMiB = Math.floor(maxBytes / 2 / 2 ** 20);
    const child = fork(program, {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${heapMiB}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    all.add(child);
    child.once('exit', () => {
      all.delete(child);
      if (idle.includes(child)) idle.splice(idle.indexOf(child), 1);
    });
    child.on('error', () => child.kill('SIGKILL'));
    // An idle reader does not keep the program alive.
    child.unref();
    child.channel?.unref();
    return child;
  }

  async function* read(job: ReadJob, signal: AbortSignal): AsyncGenerator<MappedChunk> {
    if (isClosed) throw new FileFault('reader', 'the readers are closed');
    const child = idle.pop() ?? start();
    child.ref();
    child.channel?.ref();
    const inbox: FromReader[] = [];
    let fault: FileFault | undefined;
    let wake: () => void = () => undefined;
    let heardMs = time.monotonicMs();
    let isAsked = true;
    const give = (found: FileFault): void => {
      fault ??= found;
      wake();
    };
    const onMessage = (message: FromReader): void => {
      heardMs = time.monotonicMs();
      inbox.push(message);
      wake();
    };
    const onExit = (code: number | null, by: string | null): void =>
      give(new FileFault('reader', `the reader ended (${by ?? `code ${code}`}) while it read the file`));
    const end = (found: FileFault): void => {
      give(found);
      child.kill('SIGKILL');
    };
    const watch: Subscription = timer(lookMs, lookMs, time).subscribe(() => {
      const bytes = residentBytes(child.pid);
      if (bytes > maxBytes)
        end(new FileFault('too-large', `reading it takes more than ${Math.round(maxBytes / 2 ** 20)} MiB of memory`));
      else if (isAsked && time.monotonicMs() - heardMs > silentMs)
        end(new FileFault('time-out', `no row within ${Math.round(silentMs / 1000)} s`));
    });
    const onAbort = (): void => wake();
    child.on('message', onMessage);
    child.once('exit', onExit);
    signal.addEventListener('abort', onAbort);
    const say = (message: ToReader): void => {
      if (child.connected) child.send(message);
    };
    let isDone = false;
    try {
      say({ kind: 'read', job });
      for (;;) {
        const message = inbox.shift();
        if (message === undefined) {
          if (fault) throw fault;
          if (signal.aborted) return;
          await new Promise<void>(resolve => {
            wake = resolve;
          });
          continue;
        }
        if (message.kind === 'chunk') {
          isAsked = false;
          yield message.chunk;
          isAsked = true;
          heardMs = time.monotonicMs();
          say({ kind: 'more' });
        } else if (message.kind !== 'alive') {
          isDone = true;
          if (message.kind === 'fault') throw new FileFault(message.code, message.message);
          return;
        }
      }
    } finally {
      watch.unsubscribe();
      child.off('message', onMessage);
      child.off('exit', onExit);
      signal.removeEventListener('abort', onAbort);
      child.unref();
      child.channel?.unref();
      // One that is in the middle of a file would have to be waited for.
      if (isDone && !isClosed && child.connected) idle.push(child);
      else child.kill('SIGKILL');
    }
  }

  return {
    read,
    close() {
      isClosed = true;
      for (const child of all) child.kill('SIGKILL');
    },
  };
}
