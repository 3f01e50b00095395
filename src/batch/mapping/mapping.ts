import { recordId } from '../../records/identity.js';
import { instantMs } from '../../records/instant.js';
import { intervalMs, isIntraday } from '../../records/interval.js';
import { JsonBytes } from '../../records/json-bytes.js';
import type { Observation } from '../../records/observation.js';
import { isOver } from '../../records/period.js';
import { writeRecord } from '../../records/record.js';
import { valueFault } from '../../records/value-fault.js';
import type { Dataset } from '../dataset.js';
import type { MappedChunk } from '../mapped.js';
import type { Chunk } from '../table.js';
import { type Binding, bindFields } from './bind-fields.js';
import { ColumnChoice } from './cells.js';
import { createFilter } from './filter.js';
import { createObserve } from './observations.js';
import { createRejects } from './rejects.js';
import { createRowMaker } from './rows.js';
import { wideSymbols } from './wide.js';

/** The file whose rows are mapped. */
export interface MappedFile {
  /** Without folders. */
  readonly name: string;
  /** Of its bytes, in hex. */
  readonly sha256: string;
  /** UTC, ISO-8601 with milliseconds. */
  readonly seenAt: string;
}

export interface Mapping {
  /** Columns to read, by index in the table. */
  readonly columns: readonly number[];
  /** @throws FileFault where one row shows that the dataset does not say enough of all of them */
  map(chunk: Chunk): MappedChunk;
}

/** How far the time of a record may lie ahead of the clock, as for polled records. */
const maxFutureMs = 86_400_000;

/** What became of the rows of a chunk so far. */
interface Draft {
  readonly keys: string[];
  readonly ids: string[];
  readonly origins: number[];
  readonly ends: number[];
  readonly bytes: JsonBytes;
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
  const rejects = createRejects(() => choice.columns.map(column => table.columns[column]!));
  const binding: Binding = { dataset, file: { name: file.name, ...table }, choice, rejects };
  const filter = createFilter(binding);
  const records = dataset.kind === 'row' ? rowsOf(binding, file) : observationsOf(binding, file);

  const bytes = new JsonBytes();

  function map(chunk: Chunk): MappedChunk {
    const { firstRow, rows, broken, progress } = chunk;
    const draft: Draft = { keys: [], ids: [], origins: [], ends: [], bytes };
    let skipped = 0;
    rejects.bind(chunk);
    filter.bind(chunk);
    records.bind(chunk);
    for (let row = 0; row < rows; row++) {
      const why = broken?.get(row);
      if (why !== undefined) rejects.add(row, 'broken-row', why);
      else if (filter.leavesOut(row)) skipped += 1;
      else records.add(row, firstRow + row, draft);
    }
    const { keys, ids, origins, ends } = draft;
    return {
      firstRow,
      rows,
      skipped,
      keys,
      ids,
      origins,
      bytes: bytes.take(),
      ends,
      rejected: rejects.rows,
      progress,
    };
  }

  return { columns: choice.columns, map };
}

interface Adding {
  bind(chunk: Chunk): void;
  readonly add: Add;
}

function observationsOf(binding: Binding, { seenAt }: MappedFile): Adding {
  const { dataset, file, rejects } = binding;
  const symbols = dataset.wide && wideSymbols(dataset.wide, dataset, file);
  const bound = symbols ? symbols.map(({ places }) => bindFields(binding, places)) : [bindFields(binding)];
  const cellOf = symbols?.map(({ places }) => places[dataset.wide!.field]);
  const records = bound.map((fields, index) => ({
    observe: createObserve(dataset, fields),
    cell: cellOf?.[index] && fields[dataset.wide!.field as 'close'],
  }));
  const seenMs = instantMs(seenAt);
  const { name, decimals, interval = '1d' } = dataset;
  const lengthMs = isIntraday(interval) ? intervalMs(interval) : undefined;

  const isFinal = (observation: Observation, timeMs: number): boolean => {
    if (observation.kind === 'quote') return true;
    return lengthMs === undefined ? isOver(observation, seenMs) : timeMs + lengthMs <= seenMs;
  };

  const add: Add = (row, number, draft) => {
    for (const { observe, cell } of records) {
      // An empty cell of a wide file is a symbol without a price on that day.
      if (cell?.isEmpty(row)) continue;
      const observation = observe(row);
      if (observation === undefined) continue;
      const timeMs = instantMs(observation.time);
      const fault = valueFault(observation) ?? (timeMs > seenMs + maxFutureMs ? futureFault(observation) : undefined);
      if (fault !== undefined) {
        rejects.add(row, fault.code, fault.detail, symbols && observation.symbol);
        continue;
      }
      const id = recordId(name, observation, 0);
      const final = isFinal(observation, timeMs);
      writeRecord(draft.bytes, observation, { id, source: name, seenAt, revision: 0, final }, decimals);
      draft.ends.push(draft.bytes.length);
      draft.keys.push(observation.symbol);
      draft.ids.push(id);
      draft.origins.push(number);
    }
  };
  return {
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

function rowsOf(binding: Binding, file: MappedFile): Adding {
  const { dataset } = binding;
  const makers = dataset.wide
    ? wideSymbols(dataset.wide, dataset, binding.file).map(one => createRowMaker(binding, file, one))
    : [createRowMaker(binding, file)];
  const add: Add = (row, number, draft) => {
    for (const maker of makers) {
      const made = maker.make(row, number);
      if (made === undefined) continue;
      draft.bytes.any(made.text);
      draft.ends.push(draft.bytes.length);
      draft.keys.push(made.key);
      draft.ids.push(made.id);
      draft.origins.push(number);
    }
  };
  return {
    bind: chunk => {
      for (const maker of makers) maker.bind(chunk);
    },
    add,
  };
}
