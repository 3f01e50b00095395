import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Asked, Finding, Proposal } from '../batch/inspect/proposal.js';
import { toBlock } from '../batch/inspect/to-block.js';
import { yamlText } from '../config/yaml-text.js';
import { plain } from '../metrics/wording.js';
import { isZone } from '../records/zone.js';
import { ExitFailure } from './exit-code.js';
import type { Io } from './io.js';

/** Looks at a file. */
export type Inspect = (path: string, asked: Asked) => Promise<Proposal>;

interface Flags extends Asked {
  readonly json?: true;
}

/** `inspect FILE`: a dataset for files like it, with what in the file speaks for it. */
export function addInspect(program: Command, io: Io, look: Inspect): void {
  program
    .command('inspect')
    .argument('<file>', 'a data file')
    .description('look at a data file and propose a dataset for it, with the evidence')
    .option('--json', 'print `{NAME: dataset}` as JSON, for `batch.datasets`')
    .option('--symbol <symbol>', 'the symbol of all rows, where the file does not tell')
    .option('--zone <zone>', 'time zone of its times, as America/New_York')
    .addOption(
      new Option('--dates <order>', 'order of day and month, where the file does not tell').choices(['dmy', 'mdy']),
    )
    .addOption(new Option('--decimal <sign>', 'decimal sign, where the file does not tell').choices(['.', ',']))
    .addOption(new Option('--kind <kind>', 'what its rows are').choices(['bar', 'quote', 'row']))
    .action(async (file: string, { json, ...asked }: Flags) =>
      io.exit(await inspect(resolve(io.cwd, file), asked, json === true, io, look)),
    );
}

async function inspect(path: string, asked: Asked, json: boolean, io: Io, look: Inspect): Promise<number> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new ExitFailure(2, `There is no file ${plain(path)}.`);
  if (asked.zone !== undefined && !isZone(asked.zone))
    throw new ExitFailure(
      2,
      `\`${asked.zone}\` is not a time zone: write an IANA name such as America/New_York or UTC.`,
    );
  const proposal = await look(path, asked);
  if (!proposal.ok) {
    io.err(
      `${comments(proposal.findings)}${plain(basename(path))}: no dataset can be proposed: ${plain(proposal.reason)}\n`,
    );
    return 1;
  }
  const datasets = { [proposal.dataset.name]: toBlock(proposal.dataset) };
  if (json) {
    io.err(comments(proposal.findings.filter(({ isAssumed }) => isAssumed)));
    io.out(`${JSON.stringify(datasets, null, 2)}\n`);
  } else io.out(`${comments(proposal.findings)}${yamlText({ batch: { datasets } })}`);
  return 0;
}

/** What was seen, as comments above the block; what was only assumed says so. */
const comments = (findings: readonly Finding[]): string =>
  findings
    .map(({ about, detail, isAssumed }) => `# ${plain(about)}: ${isAssumed ? 'ASSUMED: ' : ''}${plain(detail)}\n`)
    .join('');
