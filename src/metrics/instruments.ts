import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type Metric, metrics } from './names.js';

type Label<M extends Metric> = M['labels'][number];
type Instrument<M extends Metric> = M['type'] extends 'counter'
  ? Counter<Label<M>>
  : M['type'] extends 'gauge'
    ? Gauge<Label<M>>
    : Histogram<Label<M>>;

/** The declared metrics as things that can be counted with, under their keys in `names.ts`. */
export type Instruments = { readonly [Key in keyof typeof metrics]: Instrument<(typeof metrics)[Key]> };

/** Gauges that are set when somebody scrapes, instead of by events. */
export type Scraped = {
  readonly [Key in keyof typeof metrics]?: (typeof metrics)[Key]['type'] extends 'gauge'
    ? (gauge: Instruments[Key]) => void
    : never;
};

/** Registers every declared metric in `registry`. */
export function createInstruments(registry: Registry, scraped: Scraped): Instruments {
  const create = (key: string, metric: Metric) => {
    const { name, help, labels, buckets } = metric;
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    if (metric.type === 'counter') return new Counter(options);
    if (metric.type === 'histogram') return new Histogram(buckets ? { ...options, buckets: [...buckets] } : options);
    const set = scraped[key as keyof Scraped] as ((gauge: Gauge) => void) | undefined;
    const gauge: Gauge = new Gauge(set ? { ...options, collect: () => set(gauge) } : options);
    return gauge;
  };
  const entries = Object.entries(metrics).map(([key, metric]) => [key, create(key, metric)]);
  return Object.fromEntries(entries) as Instruments;
}
