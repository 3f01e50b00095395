import { barFields, quoteFields } from '../records/fields.js';
import { report as reportAt, within } from './kind.js';
import type { Check } from './object.js';
import { missing } from './object.js';
import { meant, oneOfThese } from './spelling.js';
import { entryOf } from './tree.js';

interface Column {
  readonly column?: readonly string[];
  readonly position?: number;
  readonly value?: string;
  readonly name?: string;
  readonly format?: string;
  readonly zone?: string;
  readonly and?: readonly string[];
  readonly factor?: string;
  readonly type?: string;
}

interface Dataset {
  readonly match: readonly string[];
  readonly kind: 'bar' | 'quote' | 'row';
  readonly interval?: string;
  readonly adjusted: boolean;
  readonly fileName?: string;
  readonly columns: Readonly<Record<string, Column>>;
  readonly wide?: { readonly field?: string; readonly heads?: string };
}

type Checking<T> = Parameters<Check<T>>[0];

const origins = ['column', 'position', 'value', 'name'] as const;

/** A value comes from one place. */
export const checkColumn: Check<Column> = ({ value, at, entry, report }) => {
  const given = origins.filter(key => entry(key));
  const [first, second] = given;
  if (first === undefined) {
    const { path, place } = at;
    reportAt(at, place, 'missing', `Nothing says where \`${path}\` comes from.`, `Add one of: ${origins.join(', ')}.`);
  } else if (second !== undefined)
    report(
      second,
      'no-effect',
      `A value comes from \`${first}\` or from \`${second}\`, not from both.`,
      `Remove one of them.`,
    );
  if (value.and !== undefined && !entry('column') && !entry('position'))
    report('and', 'no-effect', '`and` is a second column, and there is no first one.', 'Add `column:` for the date.');
};

/** One mark cannot mean two things. */
export const checkNumbers: Check<{ readonly decimal: string; readonly thousands?: string }> = ({
  value: { decimal, thousands },
  report,
}) => {
  if (decimal !== undefined && decimal === thousands)
    report(
      'thousands',
      'wrong-value',
      `\`${thousands}\` is the decimal sign, too.`,
      'Write `decimal:` with the other sign.',
    );
};

/** What a dataset must say for its kind, and what has no meaning there. */
export const checkDataset: Check<Dataset> = checking => {
  const { value, at, entry, report } = checking;
  const { kind, interval } = value;
  if (kind === undefined) return;
  if (kind === 'bar' && !entry('interval'))
    reportAt(
      at,
      at.place,
      'missing',
      `The dataset \`${at.path}\` holds bars and does not say how long they are.`,
      'Add `interval:` with one of: 1m, 5m, 15m, 30m, 1h, 1d, 1w, 1mo.',
    );
  if (kind !== 'bar')
    for (const key of ['interval', 'adjusted'] as const)
      if (key === 'interval' ? interval !== undefined : value.adjusted)
        report(key, 'no-effect', `\`${key}\` is for bars; this dataset has \`kind: ${kind}\`.`, `Remove \`${key}\`.`);
  checkWide(checking);
  if (kind !== 'row') checkFields(checking, kind === 'bar' ? barFields : quoteFields);
  for (const [name, column] of Object.entries(value.columns ?? {})) checkUse(checking, name, column);
};

function checkWide({ value: { kind, wide, columns = {} }, entry, at }: Checking<Dataset>): void {
  if (wide === undefined) return;
  const block = entry('wide')!;
  const inside = within(at, 'wide', block.place);
  const { field, heads } = wide;
  const place = entryOf(block.value, field === undefined ? 'heads' : 'field')?.place ?? block.place;
  if (heads !== undefined && !(heads.includes('(?<symbol>') && heads.includes('(?<field>')))
    reportAt(
      inside,
      place,
      'wrong-value',
      '`heads` does not have the groups `symbol` and `field`.',
      "Write, for example, `heads: '^(?<symbol>[^.]+)[.](?<field>.+)$'`.",
    );
  if (heads === undefined && kind === 'bar')
    reportAt(
      inside,
      place,
      'wrong-value',
      'A bar has four prices, and a wide file without `heads` has one a symbol.',
      'Write `kind: quote`, or `heads:` where a symbol has several columns.',
    );
  const known = Object.keys(kind === 'bar' ? barFields : quoteFields);
  if (field !== undefined && kind !== 'row' && !known.includes(field))
    reportAt(
      within(inside, 'field', place),
      place,
      'wrong-value',
      `A ${kind} has no field \`${field}\`.`,
      meant(field, known, 'fields'),
    );
  for (const name of heads === undefined ? ['symbol', field ?? 'price'] : ['symbol'])
    if (columns[name] !== undefined)
      reportAt(
        inside,
        block.place,
        'no-effect',
        `\`columns\` says where \`${name}\` is, and a wide file has it in the heads.`,
        `Remove \`${name}\` from \`columns\`, or \`wide\`.`,
      );
}

function checkFields({ value, entry, at }: Checking<Dataset>, fields: Readonly<Record<string, string>>): void {
  const { kind, columns = {}, wide } = value;
  const block = entry('columns');
  const written = block?.value.kind === 'map' ? block.value.entries : [];
  const inside = within(at, 'columns', block?.place ?? at.place);
  const unknown = written.filter(({ key }) => !Object.hasOwn(fields, key));
  for (const { key, place } of unknown)
    reportAt(
      within(inside, key, place),
      place,
      'unknown-key',
      `A ${kind} has no field \`${key}\`.`,
      meant(key, Object.keys(fields), 'fields'),
    );
  // A misspelled field is one problem, not a misspelled one and a missing one.
  if (unknown.length > 0 || wide !== undefined || (block && block.value.kind !== 'map')) return;
  const has = (name: string): boolean => columns[name] !== undefined || written.some(({ key }) => key === name);
  const absent = Object.keys(fields).filter(name => fields[name] === 'needed' && !has(name));
  const needed = has('time') || has('date') ? absent : ['time', ...absent];
  if (needed.length > 0)
    reportAt(
      inside,
      inside.place,
      'missing',
      missing(`${needed.join('`, `')}`, `A ${kind} needs ${needed.length === 1 ? 'it' : 'them'}.`),
      `Add \`${needed[0]}: HEAD\`, or \`${needed[0]}: { value: … }\`, to \`${inside.path}\`.`,
    );
}

/** Options of a column that say nothing about what it holds. */
function checkUse({ value: { kind, fileName }, entry, at }: Checking<Dataset>, name: string, column: Column): void {
  const written = entryOf(entry('columns')?.value, name);
  const place = written?.place ?? at.place;
  const inside = within(within(at, 'columns', place), name, place);
  const tell = (key: keyof Column, code: 'no-effect' | 'unknown-name', message: string, mend: string): void => {
    const own = entryOf(written?.value, key)?.place ?? place;
    reportAt(within(inside, key, own), own, code, message, mend);
  };
  const what = kind === 'row' ? (column.type ?? 'text') : kindOfField(name);
  const isTime = what === 'time' || what === 'date';
  for (const key of ['format', 'zone', 'and'] as const)
    if (column[key] !== undefined && !isTime)
      tell(
        key,
        'no-effect',
        `\`${key}\` is for times.`,
        kind === 'row' ? 'Add `type: time` or `type: date`.' : `Remove \`${key}\`.`,
      );
  if (column.factor !== undefined && what !== 'decimal' && what !== 'integer')
    tell(
      'factor',
      'no-effect',
      '`factor` is for numbers.',
      kind === 'row' ? 'Add `type: decimal`.' : 'Remove `factor`.',
    );
  if (column.type !== undefined && kind !== 'row')
    tell('type', 'no-effect', `\`type\` is for rows: what \`${name}\` of a ${kind} is, is known.`, 'Remove `type`.');
  if (column.name === undefined) return;
  const groups = [...(fileName ?? '').matchAll(/\(\?<(\w+)>/g)].map(([, group]) => group!);
  if (!groups.includes(column.name))
    tell(
      'name',
      'unknown-name',
      `\`fileName\` has no group \`${column.name}\`.`,
      groups.length > 0
        ? `It has ${oneOfThese(groups)}.`
        : `Add \`fileName: '(?<${column.name}>[A-Z.]+)_.*'\` to the dataset.`,
    );
}

const kindOfField = (name: string): string =>
  name === 'time' || name === 'date' ? 'time' : name === 'symbol' || name === 'currency' ? 'text' : 'decimal';
