import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { timer } from 'rxjs';
import type { Asked, Proposal } from '../inspect/proposal.js';
import type { ReaderBounds } from './bounds.js';
import { residentBytes } from './resident-bytes.js';

const program = fileURLToPath(new URL('./inspect-process.js', import.meta.url));
const lookMs = 100;

/** Looks at a file in a process of its own: one that takes too much memory or time, or that ends it, is no proposal with the reason. */
export function inspectApart(
  path: string,
  asked: Asked,
  { maxBytes, silentMs, time }: ReaderBounds,
): Promise<Proposal> {
  const child = fork(program, {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${Math.floor(maxBytes / 2 / 2 ** 20)}`],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const endMs = time.monotonicMs() + silentMs;
  return new Promise(resolve => {
    const end = (proposal: Proposal): void => {
      watch.unsubscribe();
      child.kill('SIGKILL');
      resolve(proposal);
    };
    const refuse = (reason: string): void => end({ ok: false, reason, findings: [] });
    const watch = timer(lookMs, lookMs, time).subscribe(() => {
      if (residentBytes(child.pid) > maxBytes)
        refuse(`looking at it takes more than ${Math.round(maxBytes / 2 ** 20)} MiB of memory`);
      else if (time.monotonicMs() > endMs) refuse(`looking at it takes more than ${Math.round(silentMs / 1000)} s`);
    });
    child.once('message', message => end(message as Proposal));
    child.once('error', error => refuse(`its reader does not start: ${error.message}`));
    child.once('exit', (code, by) => refuse(`its reader ended (${by ?? `code ${code}`}) while it looked at the file`));
    child.send({ path, asked, nowMs: time.now() }, error => {
      if (error) refuse(`its reader does not answer: ${error.message}`);
    });
  });
}
