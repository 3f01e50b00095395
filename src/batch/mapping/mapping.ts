import { Packer } from '../../log/packed/packer.js';
import { recordId } from '../../records/identity.js';
import { instantMs } from '../../records/instant.js';
import { intervalMs, isIntraday } from '../../records/interval.js';
import type { Observation } from '../../records/observation.js';
import { isOver } from '../../records/period.js';
import { writeRecord } from '../../records/record.js';
import { valueFault } from '../../records/value-fault.js';
import type { Dataset } from '../dataset.js';
import { file8 } from '../file8.js';
import type { MappedChunk } from '../mapped.js';
import type { Chunk } from '../table.js';
import { type Binding, bindFields, bindTimes } from './bind-fields.js';
import { ColumnChoice } from './cells.js';
import { createFilter } from './filter.js';
import type { Place } from './find-columns.js';
import { createObserve } from './observations.js';
import { createRejects } from './rejects.js';
import { createRowMaker } from './rows.js';
import { type WideSymbol, wideSymbols } from './wide.js';

/** The file whose rows are mapped. */
export interface MappedFile {
  /** Without folders. */
  readonly name: string;
  /** Of its bytes, in hex. */
  readonly sha256: string;
  /** UTC, ISO-8601 with milliseconds. */
  readonly seenAt: string;
  /** Of the dataset's topic. */
  readonly partitions: number;
}

export interface Mapping {
  /** Columns to read, by index in the table. */
  readonly columns: readonly number[];
  /**
   * The rows of a chunk, in parts of about 4,096 records: a row of a wide file has thousands.
   * @throws FileFault where one row shows that the dataset does not say enough of all of them
   */
  map(chunk: Chunk): Iterable<MappedChunk>;
}

const partRecords = 4096;

/** How far the time of a record may lie ahead of the clock, as for polled records. */
const maxFutureMs = 86_400_000;

/** Where the records of a chunk are written. */
interface Draft {
  readonly packer: Packer;
  records: number;
}

/** Adds the records of one row, by index within the chunk, to the draft. */
type Add = (row: number, number: number, draft: Draft) => void;

/**
 * What a dataset makes of one file: rows in, records out as they go to the log, each row accounted for. The same rows give the same ids wherever reading begins.
 * @throws FileFault `mapping` where the file has not what the dataset needs
 */
export function createMapping(
  dataset: Dataset,
  file: MappedFile,
  table: { readonly columns: readonly string[]; readonly types?: readonly string[] },
): Mapping {
  const choice = new ColumnChoice();
  const heads = { name: file.name, ...table };
  const symbols = dataset.wide && wideSymbols(dataset.wide, dataset, heads);
  const own = new Set(symbols?.flatMap(({ places }) => Object.values(places)).flatMap(columnsOf));
  const rejects = createRejects(table.columns, choice.columns, own);
  const binding: Binding = { dataset, file: heads, choice, rejects };
  const filter = createFilter(binding);
  const records = dataset.kind === 'row' ? rowsOf(binding, file, symbols) : observationsOf(binding, file, symbols);

  const packer = new Packer(file.partitions);
  const partRows = Math.max(1, Math.floor(partRecords / records.perRow));

  function* map(chunk: Chunk): Generator<MappedChunk> {
    filter.bind(chunk);
    records.bind(chunk);
    for (let from = 0; from < chunk.rows; from += partRows)
      yield mapPart(chunk, from, Math.min(chunk.rows, from + partRows));
  }

  function mapPart(chunk: Chunk, from: number, end: number): MappedChunk {
    const { firstRow, broken, progress } = chunk;
    const draft: Draft = { packer, records: 0 };
    let skipped = 0;
    rejects.bind(chunk);
    for (let row = from; row < end; row++) {
      const why = broken?.get(row);
      if (why !== undefined) rejects.add(row, 'broken-row', why);
      else if (filter.leavesOut(row)) skipped += 1;
      else records.add(row, firstRow + row, draft);
    }
    const part = { firstRow: firstRow + from, rows: end - from, skipped, progress };
    return { ...part, records: draft.records, runs: packer.take(), rejected: rejects.rows };
  }

  return { columns: choice.columns, map };
}

const columnsOf = (place: Place): readonly number[] => (place.kind === 'column' ? [place.column] : []);

interface Adding {
  /** Records that a row makes at most. */
  readonly perRow: number;
  bind(chunk: Chunk): void;
  readonly add: Add;
}

function observationsOf(binding: Binding, { sha256, seenAt }: MappedFile, symbols?: readonly WideSymbol[]): Adding {
  const { dataset, rejects } = binding;
  const times = bindTimes(binding);
  const bound = symbols
    ? symbols.map(({ places }) => bindFields(binding, times, places))
    : [bindFields(binding, times)];
  const cellOf = symbols?.map(({ places }) => places[dataset.wide!.field]);
  const records = bound.map((fields, index) => ({
    observe: createObserve(dataset, fields),
    cell: cellOf?.[index] && fields[dataset.wide!.field as 'close'],
  }));
  const seenMs = instantMs(seenAt);
  const { name, decimals, interval = '1d' } = dataset;
  const lengthMs = isIntraday(interval) ? intervalMs(interval) : undefined;
  const mark = `${file8(sha256)}:`;

  const isFinal = (observation: Observation, timeMs: number): boolean => {
    if (observation.kind === 'quote') return true;
    return lengthMs === undefined ? isOver(observation, seenMs) : timeMs + lengthMs <= seenMs;
  };

  const add: Add = (row, number, draft) => {
    for (const { observe, cell } of records) {
      // An empty cell of a wide file is a symbol without a price on that day.
      if (cell?.isEmpty(row)) continue;
      const observation = observe(row);
      if (observation === undefined) {
        if (rejects.isWhole(row)) break;
        continue;
      }
      const timeMs = instantMs(observation.time);
      const fault = valueFault(observation) ?? (timeMs > seenMs + maxFutureMs ? futureFault(observation) : undefined);
      if (fault !== undefined) {
        rejects.add(row, fault.code, fault.detail, symbols && observation.symbol);
        continue;
      }
      const id = recordId(name, observation, 0);
      const final = isFinal(observation, timeMs);
      const value = draft.packer.begin(observation.symbol);
      writeRecord(value, observation, { id, source: name, seenAt, revision: 0, final }, decimals);
      const tooLarge = draft.packer.end([id, mark + number]);
      if (tooLarge === undefined) draft.records += 1;
      else rejects.add(row, 'too-large', tooLarge, symbols && observation.symbol);
    }
  };
  return {
    perRow: records.length,
    bind: chunk => {
      for (const fields of bound) for (const field of Object.values(fields)) field.bind(chunk);
    },
    add,
  };
}

const futureFault = ({ time }: Observation): { readonly code: string; readonly detail: string } => ({
  code: 'future',
  detail: `time ${time} lies in the future`,
});

function rowsOf(binding: Binding, file: MappedFile, symbols?: readonly WideSymbol[]): Adding {
  const { rejects } = binding;
  const makers = symbols ? symbols.map(one => createRowMaker(binding, file, one)) : [createRowMaker(binding, file)];
  const mark = `${file8(file.sha256)}:`;
  const add: Add = (row, number, draft) => {
    for (const maker of makers) {
      const made = maker.make(row, number);
      if (made === undefined) {
        if (rejects.isWhole(row)) break;
        continue;
      }
      draft.packer.begin(made.key).any(made.text);
      const tooLarge = draft.packer.end([made.id, mark + number]);
      if (tooLarge === undefined) draft.records += 1;
      else rejects.add(row, 'too-large', tooLarge);
    }
  };
  return {
    perRow: makers.length,
    bind: chunk => {
      for (const maker of makers) maker.bind(chunk);
    },
    add,
  };
}
