import { appendFileSync } from 'node:fs';
import { KafkaFailure } from '../../../src/log/kafka/kafka-failure.js';
import { type Batch, LogFailure } from '../../../src/log/log.js';
import { seeded } from '../../log/seeded.js';
import { expectedLines, Flow } from './flow.js';
import type { LoadCommand, LoadOptions, LoadState } from './load-messages.js';
import { openSink } from './sink.js';

/** `load-child.js OPTIONS`: sends records at a steady rate until told to finish, and says how far it has come. Its own process, so that its memory can be seen. */
const options = JSON.parse(process.argv[2]!) as LoadOptions;
const told: Record<string, number> = {};
const count = (what: string): void => {
  told[what] = (told[what] ?? 0) + 1;
};
const sink = await openSink(options, count);
const flow = new Flow(options, seeded(options.seed));
const tickMs = 20;
const drainMs = 10_000;
let sentFile = options.sent;
/** Commits that are not known to be durable: nothing is made meanwhile, so that a refused one is not passed by those behind it. */
let storing = 0;
let phase: LoadState['phase'] = 'running';
let [acknowledged, refused, longestMs, held, sent] = [0, 0, 0, 0, 0];
/** Made and not taken yet, because the sink was full. */
let waiting: Batch[] = [];
let since = performance.now();
let due = 0;
let againMs = 0;
/** When the batches were sent that are under way, by a number, in that order. */
const underWay = new Map<number, number>();
let offers = 0;

async function offer(batch: Batch): Promise<void> {
  const number = offers++;
  const startedMs = performance.now();
  const { length } = batch.records;
  sent += length;
  underWay.set(number, startedMs);
  storing++;
  try {
    const { acknowledged: done } = await sink.publish(batch);
    appendFileSync(options.stored, expectedLines(batch));
    void settle(done, number, length);
  } catch (error) {
    if (!(error instanceof KafkaFailure || error instanceof LogFailure) || error.code !== 'full') throw error;
    underWay.delete(number);
    sent -= length;
    held++;
    waiting.push(batch);
  } finally {
    storing--;
  }
}

/** Knows the batch no more: one that waits for Kafka on disk has to leave the memory. */
async function settle(done: Promise<{ readonly refused: number }>, number: number, records: number): Promise<void> {
  const { refused: more } = await done;
  refused += more;
  acknowledged += records - more;
  longestMs = Math.max(longestMs, performance.now() - underWay.get(number)!);
  underWay.delete(number);
}

function tick(): void {
  const nowMs = performance.now();
  if (phase === 'running' && waiting.length === 0 && storing === 0) {
    due += ((nowMs - since) / 1000) * options.perSecond;
    since = nowMs;
    const batches = flow.next(Math.floor(due));
    due -= Math.floor(due);
    appendFileSync(sentFile, batches.map(expectedLines).join(''));
    for (const batch of batches) void offer(batch);
  } else if (waiting.length > 0 && nowMs >= againMs) {
    // As in the program: a commit that was refused is tried again each second.
    againMs = nowMs + 1000;
    const again = waiting;
    waiting = [];
    for (const batch of again) void offer(batch);
  }
  // What could not be taken is not made up for later: a vendor is not polled either meanwhile.
  if (waiting.length > 0 || phase !== 'running') since = nowMs;
  if (phase === 'pausing' && waiting.length === 0 && acknowledged + refused === sent) phase = 'paused';
}

function look(): LoadState {
  const rssMiB = process.memoryUsage.rss() / 2 ** 20;
  const [oldest = performance.now()] = underWay.values();
  const oldestMs = performance.now() - oldest;
  return { phase, sent, acknowledged, refused, longestMs, oldestMs, rssMiB, held, told, left: 0 };
}

const tell = (): void => void process.send!(look());

const ticking = setInterval(tick, tickMs);
const telling = setInterval(tell, 100);
let isFinishing = false;
process.on('disconnect', () => process.exit(1));
process.on('message', (command: LoadCommand) => {
  switch (command.kind) {
    case 'pause':
      phase = 'pausing';
      return;
    case 'resume':
      sentFile = command.sent;
      phase = 'running';
      return;
    case 'oversize': {
      const batch = flow.oversize(command.mates, command.valueBytes);
      const mates = batch.records.filter(({ value }) => value.length < command.valueBytes);
      appendFileSync(sentFile, expectedLines({ ...batch, records: mates }));
      void offer(batch);
      return;
    }
    case 'finish':
      phase = 'pausing';
      isFinishing = true;
  }
});
process.on('SIGTERM', () => {
  for (const timer of [ticking, telling, finished]) clearInterval(timer);
  void sink.drain(drainMs).then(left => {
    const parting: LoadState = { ...look(), phase: 'drained', left };
    process.send!(parting, () => process.exit(0));
  });
});
const finished = setInterval(() => {
  if (!isFinishing || phase !== 'paused') return;
  for (const timer of [ticking, telling, finished]) clearInterval(timer);
  void sink.close().then(() => {
    phase = 'finished';
    tell();
    process.disconnect();
  });
}, tickMs);
