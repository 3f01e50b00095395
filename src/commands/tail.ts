import { type Command, InvalidArgumentError } from 'commander';
import { LogFailure, type RecordReader, type StoredRecord } from '../log/log.js';
import { type ConfigOptions, withConfigOptions } from './config-options.js';
import { exitCodeOf } from './exit-code.js';
import { type Connect, type LogPlace, openLogReader } from './log-place.js';

/** What a verb may touch of the process around it. */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  exit(code: number): void;
}

interface TailOptions extends ConfigOptions {
  readonly from: 'start' | 'end' | number;
  readonly partition?: number;
  readonly follow: boolean;
  readonly limit: number;
  readonly json: boolean;
}

const pause = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 200));
const readBytes = 256 * 1024;

/**
 * Adds `tail`: prints the records of a topic, from Kafka or from the log on disk, beside the instance that writes it or without one.
 * Holds one read of each partition.
 * @param placeOf the log of the configuration that the options name; throws what the configuration has against it
 */
export function addTail(
  program: Command,
  io: CommandIo,
  placeOf: (options: ConfigOptions) => LogPlace,
  connect?: Connect,
): void {
  withConfigOptions(program.command('tail').description('print the records of a topic').argument('<topic>'))
    .option('--from <place>', 'start, end, or an offset', place, 'start')
    .option('--partition <number>', 'only this partition', number)
    .option('--follow', 'go on with what comes after the end, or wait for the first start', false)
    .option('--limit <count>', 'at most so many records', number, Number.POSITIVE_INFINITY)
    .option('--json', 'one JSON object a line', false)
    .addHelpText(
      'after',
      '\nOrder: as written within a partition. Several partitions take turns, some records of each at a time; between them there is no order.\nWithout --follow it ends at the end that the topic has when it starts. An unknown topic prints nothing.',
    )
    .action(async (topic: string, options: TailOptions) => {
      const place = placeOf(options);
      // The reader of the pipe has seen enough (`| head`); the stream says so in an event of its own.
      process.stdout.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error;
        process.exit(0);
      });
      try {
        // Before the first start there is no log, and so no topic.
        const open = () => openLogReader(place, connect, problem => io.err(`${problem}\n`));
        let log = await open();
        while (!log) {
          if (!options.follow) return;
          await pause();
          log = await open();
        }
        try {
          await print(log, topic, options, io);
        } finally {
          await log.close();
        }
      } catch (error) {
        if (!(error instanceof LogFailure)) throw error;
        io.err(`${error.message}\n`);
        io.exit(exitCodeOf(error));
      }
    });
}

interface Place {
  readonly partition: number;
  next: number;
  /** Exclusive; moves on with `--follow`. */
  end: number;
}

async function print(log: RecordReader, topic: string, options: TailOptions, io: CommandIo): Promise<void> {
  let left = options.limit;
  const places: Place[] = [];

  async function findEnds(): Promise<void> {
    for (const { partition, start, end } of await log.ends(topic)) {
      if (options.partition !== undefined && partition !== options.partition) continue;
      const known = places.find(place => place.partition === partition);
      if (known) known.end = end;
      else {
        const next = options.from === 'start' ? start : options.from === 'end' ? end : options.from;
        places.push({ partition, next, end });
      }
    }
  }

  /** Prints some records of a partition. @returns how many */
  async function printSome(place: Place): Promise<number> {
    if (place.next >= place.end) return 0;
    const records = await log.read(topic, place.partition, place.next, readBytes);
    if (records.length === 0 || records[0]!.offset >= place.end) place.next = place.end;
    let printed = 0;
    for (const record of records) {
      // What came after `ends` was asked belongs to the next look, or to nobody without --follow.
      if (record.offset >= place.end || left <= 0) break;
      left--;
      place.next = record.offset + 1;
      io.out(`${options.json ? asJson(topic, place.partition, record) : asText(place.partition, record)}\n`);
      printed++;
    }
    return printed;
  }

  async function printToEnd(): Promise<void> {
    await findEnds();
    for (let printed = -1; printed !== 0 && left > 0; ) {
      printed = 0;
      for (const place of places) printed += await printSome(place);
    }
  }

  let away = '';
  for (;;) {
    try {
      await printToEnd();
      away = '';
    } catch (error) {
      // Kafka was there at the start: who follows is told once that it is away, and waits.
      if (!options.follow || !(error instanceof LogFailure) || error.code !== 'unreachable') throw error;
      if (error.message !== away) io.err(`${error.message}\n`);
      away = error.message;
    }
    if (!options.follow || left <= 0) return;
    await pause();
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The value as JSON where it is, else as text, else (bytes that are not UTF-8) as base64; an empty one is null, like Kafka's tombstones. */
function presented(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return null;
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('base64');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const asJson = (topic: string, partition: number, record: StoredRecord): string =>
  JSON.stringify({
    topic,
    partition,
    offset: record.offset,
    key: record.key,
    headers: record.headers,
    value: presented(record.value),
  });

function asText(partition: number, record: StoredRecord): string {
  const value = presented(record.value);
  return `${partition}/${record.offset}  ${record.key}  ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

function place(text: string): 'start' | 'end' | number {
  if (text === 'start' || text === 'end') return text;
  if (!isWhole(text)) throw new InvalidArgumentError('write start, end or an offset.');
  return Number(text);
}

const isWhole = (text: string): boolean => /^\d{1,15}$/.test(text);

function number(text: string): number {
  if (!isWhole(text)) throw new InvalidArgumentError('it is not a whole number.');
  return Number(text);
}
