import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { KafkaClasses } from './obtain.js';
import { startJava } from './processes.js';

const startDeadlineMs = 120_000;

/** One broker process, and what may happen to it. All waits are for the process itself, not for the cluster to notice. */
export class Broker {
  /** As in Kafka: counts from 1. */
  readonly id: number;
  readonly #classes: KafkaClasses;
  readonly #directory: string;
  readonly #heapMiB: number;
  #process: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(id: number, classes: KafkaClasses, directory: string, heapMiB: number) {
    this.id = id;
    this.#classes = classes;
    this.#directory = directory;
    this.#heapMiB = heapMiB;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resolves when the broker says that it has started: it is registered and serves clients. */
  start(): Promise<void> {
    if (this.#process) throw new Error(`broker ${this.id} runs`);
    const child = startJava(this.#classes, {
      main: 'kafka.Kafka',
      args: [join(this.#directory, 'server.properties')],
      heapMiB: this.#heapMiB,
    });
    this.#process = child;
    const log = createWriteStream(join(this.#directory, 'broker.log'), { flags: 'a' });
    let tail = '';
    this.#ended = new Promise(resolve =>
      child.on('close', () => {
        this.#process = undefined;
        log.end();
        resolve();
      }),
    );
    return new Promise((resolve, reject) => {
      const broken = (why: string) => reject(new Error(`broker ${this.id} ${why}: ${tail.slice(-2000)}`));
      const deadline = setTimeout(() => broken(`has not started within ${startDeadlineMs} ms`), startDeadlineMs);
      const take = (text: string): void => {
        log.write(text);
        tail = (tail + text).slice(-8000);
        if (tail.includes('Kafka Server started')) {
          clearTimeout(deadline);
          resolve();
        }
      };
      child.stdout!.setEncoding('utf8').on('data', take);
      child.stderr!.setEncoding('utf8').on('data', take);
      child.on('error', error => broken(String(error)));
      void this.#ended.then(() => {
        clearTimeout(deadline);
        broken('ended');
      });
    });
  }

  /** `kill -9`: no farewell to the controller, the page cache stays. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** A clean end: it hands its leaderships over first. A paused one is woken. */
  stop(): Promise<void> {
    this.resume();
    return this.#end('SIGTERM');
  }

  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#process?.kill(signal);
    return this.#ended;
  }
}
