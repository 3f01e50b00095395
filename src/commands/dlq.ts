import { type Command, InvalidArgumentError } from 'commander';
import type { Letter, StoredLetter } from '../log/dead-letters/letter.js';
import { type Mark, nameOf } from '../log/dead-letters/mark.js';
import { readLetters, readMarks } from '../log/dead-letters/read-letters.js';
import { placeOf } from '../log/dead-letters/selection.js';
import { LogFailure, type RecordReader } from '../log/log.js';
import { type ConfigOptions, withConfigOptions } from './config-options.js';
import { addDealing } from './dlq-deal.js';
import { ExitFailure, exitCodeOf } from './exit-code.js';
import type { Io } from './io.js';
import { type Connect, openLogReader } from './log-place.js';
import type { LogSight } from './sight.js';
import { table } from './table.js';

/** A letter and what was done with it. */
type ListedLetter = StoredLetter & { readonly dealt?: Mark };

interface ListFlags extends ConfigOptions {
  readonly code?: string;
  readonly limit: number;
  readonly all?: true;
  readonly json?: true;
}

/** The `dlq` verbs; `list` and `show` print dead letters, from Kafka or from the log on disk. Hold the letters that are printed, one read, and one small entry for each that was dealt with. */
export function addDlq(program: Command, io: Io, sight: LogSight, connect?: Connect): void {
  const dlq = program.command('dlq').description('dead letters: what could not be used, and why');
  addDealing(dlq, io, sight, connect);

  /** Shows what `use` makes of the letters; none where there is no log yet. */
  async function withLetters(
    options: ConfigOptions,
    use: (letters: AsyncIterable<ListedLetter>) => Promise<string>,
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
    .option('--all', 'those that were replayed or discarded, too')
    .option('--limit <count>', 'at most so many', whole, 100)
    .option('--json', 'print JSON')
    .action((options: ListFlags) =>
      withLetters(options, async letters => {
        const found = await newest(letters, options);
        if (!options.json) return listText(found);
        const listed = found.map(({ payload, headers: _headers, key: _key, replay: _replay, ...letter }) => ({
          ...letter,
          bytes: Buffer.byteLength(payload),
        }));
        return `${JSON.stringify(listed, null, 2)}\n`;
      }),
    );

  withConfigOptions(
    dlq
      .command('show')
      .description('one dead letter, with what it holds')
      .argument('<letter>', 'its id, or its place as PARTITION/OFFSET'),
  )
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

async function* lettersIn(log: RecordReader | undefined, topic: string): AsyncGenerator<ListedLetter> {
  if (!log) return;
  const marks = await readMarks(log, topic);
  for await (const letter of readLetters(log, topic)) {
    const dealt = marks.get(nameOf(letter));
    yield dealt ? { ...letter, dealt } : letter;
  }
}

const keepNewest = (letters: readonly ListedLetter[], limit: number): ListedLetter[] =>
  letters.toSorted((a, b) => a.at.localeCompare(b.at)).slice(Math.max(0, letters.length - limit));

async function newest(
  letters: AsyncIterable<ListedLetter>,
  { code, limit, all }: Pick<ListFlags, 'code' | 'limit' | 'all'>,
): Promise<readonly ListedLetter[]> {
  let found: ListedLetter[] = [];
  for await (const letter of letters) {
    if ((letter.dealt && !all) || (code !== undefined && letter.code !== code)) continue;
    found.push(letter);
    // Partitions come one after another, so that any of them may hold the newest.
    if (found.length >= 2 * limit + 100) found = keepNewest(found, limit);
  }
  return keepNewest(found, limit);
}

async function findLetter(letters: AsyncIterable<ListedLetter>, id: string): Promise<ListedLetter> {
  for await (const letter of letters) if (letter.id === id || placeOf(letter) === id) return letter;
  throw new ExitFailure(1, `there is no dead letter ${id}: \`dlq list\` names those that are there`);
}

const originText = (origin: Letter['origin']): string =>
  ['source', 'writer', 'feed', 'symbol']
    .flatMap(name => (typeof origin[name] === 'string' ? [origin[name]] : []))
    .join(' ');

function listText(letters: readonly ListedLetter[]): string {
  if (letters.length === 0) return 'No dead letters.\n';
  const hasDealt = letters.some(({ dealt }) => dealt);
  const rows = letters.map(letter => {
    const { id, at, code, origin, detail, dealt } = letter;
    return [id, placeOf(letter), at, code, originText(origin), ...(hasDealt ? [dealt?.dealing ?? ''] : []), detail];
  });
  return table(['id', 'place', 'at', 'code', 'origin', ...(hasDealt ? ['dealt'] : []), 'detail'], rows);
}

/** The payload as JSON text: it comes from vendors, and may hold what steers a terminal. */
const letterText = ({ payload, headers, origin, replay, dealt, ...letter }: ListedLetter): string =>
  `${[
    ...Object.entries(letter),
    ...Object.entries(origin).map(([name, value]) => [`origin.${name}`, value]),
    ...Object.entries(headers),
    ...(replay ? [['replay', replay]] : []),
    ...(dealt ? [[dealt.dealing, dealt.at]] : []),
    ['payload', payload],
  ]
    .map(([name, value]) => `${String(name).padEnd(16)}${JSON.stringify(value)}`)
    .join('\n')}\n`;
