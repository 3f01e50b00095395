/** The words of a Delta log, one JSON object a line: https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions */
export interface Add {
  /** Relative to the table, percent-encoded as a URI. */
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly size: number;
  readonly modificationTime: number;
  /** False where rows only moved between files: a reader of changes passes over it. */
  readonly dataChange: boolean;
  /** JSON. Left out rather than wrong: a false bound hides rows from every reader. */
  readonly stats?: string;
}

export interface Remove {
  readonly path: string;
  readonly deletionTimestamp?: number;
  readonly dataChange: boolean;
}

export interface Txn {
  readonly appId: string;
  readonly version: number;
  readonly lastUpdated?: number;
}

export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
}

export interface MetaData {
  readonly id: string;
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> };
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  /** delta-rs refuses a table without it, even where it is empty. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly createdTime?: number;
}

export interface Action {
  readonly protocol?: Protocol;
  readonly metaData?: MetaData;
  readonly add?: Add;
  readonly remove?: Remove;
  readonly txn?: Txn;
  readonly commitInfo?: Readonly<Record<string, unknown>>;
}

/** The name of the entry that makes `version`. */
export const entryName = (version: number) => `_delta_log/${String(version).padStart(20, '0')}.json`;

export const encodeActions = (actions: readonly Action[]) =>
  Buffer.from(actions.map(action => `${JSON.stringify(action)}\n`).join(''));

/** Throws SyntaxError where a line is no JSON: a log that cannot be read whole is not read at all. */
export const decodeActions = (bytes: Buffer): Action[] =>
  bytes
    .toString()
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => JSON.parse(line) as Action);
