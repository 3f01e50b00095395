import { type Command, InvalidArgumentError } from 'commander';
import { LogFailure, type RecordReader, type StoredRecord } from '../log/log.js';
import { type ConfigOptions, withConfigOptions } from './config-options.js';
import { ExitFailure, exitCodeOf } from './exit-code.js';
import type { Io } from './io.js';
import { type Connect, openLogReader } from './log-place.js';
import type { LogSight } from './sight.js';
import { table } from './table.js';

/** What could not be used, as it stands in the topic. `payload` holds its first 64 KiB. */
interface Letter {
  readonly id: string;
  readonly code: string;
  readonly detail: string;
  readonly origin: Readonly<Record<string, unknown>>;
  readonly at: string;
  readonly truncated: boolean;
  readonly payload: string;
}

interface StoredLetter extends Letter {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface ListFlags extends ConfigOptions {
  readonly code?: string;
  readonly limit: number;
  readonly json?: true;
}

const readBytes = 1 << 20;

/** `dlq list` and `dlq show`: dead letters, from Kafka or from the log on disk. Holds the letters that are printed and one read. */
export function addDlq(program: Command, io: Io, sight: LogSight, connect?: Connect): void {
  const dlq = program.command('dlq').description('dead letters: what could not be used, and why');

  /** Shows what `use` makes of the letters; none where there is no log yet. */
  async function withLetters(
    options: ConfigOptions,
    use: (letters: AsyncIterable<StoredLetter>) => Promise<string>,
  ): Promise<void> {
    let log: RecordReader | undefined;
    try {
      log = await openLogReader(sight.logOf(options), connect, problem => io.err(`${problem}\n`));
      io.out(await use(lettersIn(log, sight.deadLetters())));
    } catch (error) {
      if (!(error instanceof LogFailure)) throw error;
      io.err(`${error.message}\n`);
      io.exit(exitCodeOf(error));
    } finally {
      await log?.close();
    }
  }

  withConfigOptions(dlq.command('list').description('the newest dead letters, oldest of them first'))
    .option('--code <code>', 'only those with this reason')
    .option('--limit <count>', 'at most so many', whole, 100)
    .option('--json', 'print JSON')
    .action((options: ListFlags) =>
      withLetters(options, async letters => {
        const found = await newest(letters, options);
        if (!options.json) return listText(found);
        const listed = found.map(({ payload, headers: _headers, key: _key, ...letter }) => ({
          ...letter,
          bytes: Buffer.byteLength(payload),
        }));
        return `${JSON.stringify(listed, null, 2)}\n`;
      }),
    );

  withConfigOptions(dlq.command('show').description('one dead letter, with what it holds').argument('<id>'))
    .option('--json', 'print JSON')
    .action((id: string, options: ConfigOptions & { readonly json?: true }) =>
      withLetters(options, async letters => {
        const letter = await findLetter(letters, id);
        return options.json ? `${JSON.stringify(letter, null, 2)}\n` : letterText(letter);
      }),
    );
}

function whole(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('it is not a whole number up to 999999.');
  return Number(text);
}

async function* lettersIn(log: RecordReader | undefined, topic: string): AsyncGenerator<StoredLetter> {
  if (!log) return;
  for (const { partition, start, end } of await log.ends(topic))
    for (let next = start; next < end; ) {
      const records = await log.read(topic, partition, next, readBytes);
      if (records.length === 0) break;
      for (const record of records) {
        const letter = letterOf(partition, record);
        if (letter) yield letter;
      }
      next = records.at(-1)!.offset + 1;
    }
}

/** undefined for what another program has put there. */
function letterOf(partition: number, { offset, key, headers, value }: StoredRecord): StoredLetter | undefined {
  if (!headers['fl-schema']?.startsWith('dead-letter/')) return undefined;
  const letter = JSON.parse(Buffer.from(value).toString()) as Letter;
  return { ...letter, partition, offset, key, headers };
}

const keepNewest = (letters: readonly StoredLetter[], limit: number): StoredLetter[] =>
  letters.toSorted((a, b) => a.at.localeCompare(b.at)).slice(Math.max(0, letters.length - limit));

async function newest(
  letters: AsyncIterable<StoredLetter>,
  { code, limit }: Pick<ListFlags, 'code' | 'limit'>,
): Promise<readonly StoredLetter[]> {
  let found: StoredLetter[] = [];
  for await (const letter of letters) {
    if (code !== undefined && letter.code !== code) continue;
    found.push(letter);
    // Partitions come one after another, so that any of them may hold the newest.
    if (found.length >= 2 * limit + 100) found = keepNewest(found, limit);
  }
  return keepNewest(found, limit);
}

async function findLetter(letters: AsyncIterable<StoredLetter>, id: string): Promise<StoredLetter> {
  for await (const letter of letters) if (letter.id === id) return letter;
  throw new ExitFailure(1, `there is no dead letter ${id}: \`dlq list\` names those that are there`);
}

const originText = (origin: Letter['origin']): string =>
  ['source', 'writer', 'feed', 'symbol']
    .flatMap(name => (typeof origin[name] === 'string' ? [origin[name]] : []))
    .join(' ');

const listText = (letters: readonly StoredLetter[]): string =>
  letters.length === 0
    ? 'No dead letters.\n'
    : table(
        ['id', 'at', 'code', 'origin', 'detail'],
        letters.map(({ id, at, code, origin, detail }) => [id, at, code, originText(origin), detail]),
      );

/** The payload as JSON text: it comes from vendors, and may hold what steers a terminal. */
const letterText = ({ payload, headers, origin, ...letter }: StoredLetter): string =>
  `${[
    ...Object.entries(letter),
    ...Object.entries(origin).map(([name, value]) => [`origin.${name}`, value]),
    ...Object.entries(headers),
    ['payload', payload],
  ]
    .map(([name, value]) => `${String(name).padEnd(16)}${JSON.stringify(value)}`)
    .join('\n')}\n`;
