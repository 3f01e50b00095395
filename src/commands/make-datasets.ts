import type { Dataset, WideLayout } from '../batch/dataset.js';
import type { Config } from '../config/options.js';

type BatchOptions = NonNullable<Config['batch']>;
type DatasetOptions = BatchOptions['datasets'][string];

/** The datasets of a configuration, in its order: the first whose `match` fits a file has it. */
export const makeDatasets = ({ batch, log }: Pick<Config, 'batch' | 'log'>): readonly Dataset[] =>
  Object.entries(batch?.datasets ?? {}).map(([name, options]) =>
    makeDataset(name, options, log.topics[options.topic]?.decimals ?? 'string'),
  );

function makeDataset(name: string, options: DatasetOptions, decimals: Dataset['decimals']): Dataset {
  const { numbers, wide, ...rest } = options;
  return {
    ...rest,
    name,
    decimals,
    numbers: { ...numbers, thousands: numbers.thousands ?? '' },
    ...(wide && { wide: wideLayout(options.kind, wide) }),
  };
}

const cellField = { bar: 'close', quote: 'price', row: 'value' } as const;

const wideLayout = (
  kind: Dataset['kind'],
  { except, field, heads }: NonNullable<DatasetOptions['wide']>,
): WideLayout => ({
  except,
  field: field ?? cellField[kind],
  ...(heads !== undefined && { heads }),
});
