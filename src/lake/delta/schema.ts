/** The types of columns that tables have. Prices are decimals: a double would lose digits that the source sent. */
export type ColumnType =
  | 'string'
  | 'long'
  | 'integer'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | `decimal(${number},${number})`;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** `metaData.schemaString`. Every column may be null: a column that came later is, in the rows before it. */
export function schemaString(columns: readonly Column[]) {
  const fields = columns.map(({ name, type }) => ({ name, type, nullable: true, metadata: {} }));
  return JSON.stringify({ type: 'struct', fields });
}
