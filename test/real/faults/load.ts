import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadCommand, LoadOptions, LoadState } from './load-messages.js';

const deadlineMs = 240_000;
const idle: LoadState = {
  phase: 'running',
  sent: 0,
  acknowledged: 0,
  refused: 0,
  longestMs: 0,
  oldestMs: 0,
  rssMiB: 0,
  held: 0,
  told: {},
  left: 0,
};

/** The process that sends. Everything waits for what it says of itself. */
export class Load {
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  readonly #ended: Promise<void>;
  #errors = '';
  #isOver = false;
  state: LoadState = idle;
  peakRssMiB = 0;

  constructor(options: LoadOptions) {
    const file = fileURLToPath(new URL('load-child.js', import.meta.url));
    this.#child = fork(file, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-4000);
    });
    this.#child.on('message', (state: LoadState) => {
      this.state = state;
      this.peakRssMiB = Math.max(this.peakRssMiB, state.rssMiB);
      this.#wake();
    });
    this.#ended = new Promise(resolve =>
      this.#child.on('close', () => {
        this.#isOver = true;
        this.#wake();
        resolve();
      }),
    );
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async until(what: string, holds: (state: LoadState) => boolean): Promise<void> {
    const end = performance.now() + deadlineMs;
    while (!holds(this.state)) {
      const seen = JSON.stringify(this.state);
      if (this.#isOver) throw new Error(`the load ended before ${what}: ${seen} ${this.#errors}`);
      if (performance.now() > end) throw new Error(`${what}: not within ${deadlineMs} ms: ${seen} ${this.#errors}`);
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, 1000);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** So many more are acknowledged than are now. */
  async more(count: number): Promise<void> {
    const goal = this.state.acknowledged + count;
    await this.until(`${count} more acknowledged`, ({ acknowledged }) => acknowledged >= goal);
  }

  /** Everything that has been sent by now is acknowledged. @returns how long that took */
  async caughtUp(): Promise<number> {
    const startedMs = performance.now();
    await this.more(1);
    await this.until('caught up', ({ oldestMs }) => oldestMs < performance.now() - startedMs);
    return performance.now() - startedMs;
  }

  tell(command: LoadCommand): void {
    this.#child.send(command);
  }

  async pause(): Promise<void> {
    this.tell({ kind: 'pause' });
    await this.until('paused', ({ phase }) => phase === 'paused');
  }

  async finish(): Promise<void> {
    this.tell({ kind: 'finish' });
    await this.until('finished', ({ phase }) => phase === 'finished');
  }

  /** From here on the memory counts anew. @returns what it is */
  memoryMiB(): number {
    this.peakRssMiB = this.state.rssMiB;
    return this.peakRssMiB;
  }

  /** SIGTERM. @returns how long it took to end, and how many records it left behind */
  async terminate(): Promise<{ readonly endedMs: number; readonly left: number }> {
    const startedMs = performance.now();
    this.#child.kill('SIGTERM');
    await this.until('drained', ({ phase }) => phase === 'drained');
    await this.#ended;
    return { endedMs: performance.now() - startedMs, left: this.state.left };
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
