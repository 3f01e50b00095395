import { isIntraday } from '../records/interval.js';
import { intervalOf } from './formats.js';
import { type Read, report, within } from './kind.js';
import type { Checking } from './object.js';
import type { batch } from './options/batch.js';
import type { feeds } from './options/feeds.js';
import type { log, topics } from './options/log.js';
import type { sources } from './options/sources.js';
import type { symbols } from './options/symbols.js';
import { meant } from './spelling.js';
import { entryOf, type Place, type Tree } from './tree.js';

/** The part of the configuration that is judged here. */
interface Polling {
  readonly feeds: Read<typeof feeds>;
  readonly sources: Read<typeof sources>;
  readonly symbols: Read<typeof symbols>;
  readonly topics: Read<typeof topics>;
  readonly log: Read<typeof log>;
  readonly batch?: Read<typeof batch>;
}

/**
 * Two feeds on one series (source type, symbol, kind, interval, adjusted, topic) would each keep a cursor for it and publish everything twice.
 * Seen here: the same list, and static lists that share a symbol; other lists are known only when they are read.
 */
export function checkSeries({ value: { feeds = {}, sources = {}, symbols = {} }, at, entry }: Checking<Polling>): void {
  const owners = new Map<string, string>();
  for (const [name, feed] of Object.entries(feeds)) {
    const type = sources[feed.source]?.type;
    if (type === undefined) continue;
    // Bars of a day or more keep their prices as traded and carry adjusted values beside them: in the record both are `adjusted: false`.
    const interval = intervalOf(feed.data);
    const isAdjusted = feed.adjusted && interval !== undefined && isIntraday(interval);
    const series = `${type}|${feed.data}|${isAdjusted}|${feed.topic}`;
    let clash: { readonly what: string; readonly owner: string } | undefined;
    for (const { key, what } of feed.symbols.flatMap(list => membersOf(list, symbols[list]))) {
      const owner = owners.get(`${series}|${key}`) ?? name;
      owners.set(`${series}|${key}`, owner);
      if (owner !== name) clash ??= { what, owner };
    }
    if (!clash) continue;
    const place = entryOf(entry('feeds')?.value, name)?.place ?? at.place;
    report(
      within(within(at, 'feeds', place), name, place),
      place,
      'duplicate',
      `The feed \`${clash.owner}\` has ${clash.what} already, with the same data and topic.`,
      'Give one of them another `topic` or `data`, or each its own symbols.',
    );
  }
}

const membersOf = (
  name: string,
  list: Read<typeof symbols>[string] | undefined,
): { readonly key: string; readonly what: string }[] =>
  list?.from === 'static'
    ? list.list.map(symbol => ({ key: `symbol ${symbol}`, what: `the symbol \`${symbol}\`` }))
    : [{ key: `list ${name}`, what: `the list \`${name}\`` }];

/** Records between the program's own state would be read as state. */
export function checkTopics(checking: Checking<Polling>): void {
  const { value, at } = checking;
  const own = new Map(Object.entries(value.topics ?? {}).map(([key, topic]) => [topic, key]));
  for (const { topic, steps } of written(checking)) {
    const taken = own.get(topic);
    if (taken === undefined) continue;
    const place = steps.at(-1)!.place;
    const inner = steps.reduce((outer, step) => within(outer, step.key, place), at);
    report(
      inner,
      place,
      'duplicate',
      `\`${topic}\` is the program's own topic (\`topics.${taken}\`).`,
      'Choose another topic for the records.',
    );
  }
}

interface WrittenTopic {
  readonly topic: string;
  /** The way to the option; the last place is the nearest that was written. */
  readonly steps: readonly { readonly key: string; readonly place: Place }[];
}

/** Topics of feeds and datasets. */
function written({ value: { feeds = {}, batch }, at, entry }: Checking<Polling>): readonly WrittenTopic[] {
  const inBatch = entryOf(entry('batch')?.value, 'datasets');
  const way = (over: readonly string[], block: Tree | undefined, name: string): WrittenTopic['steps'] => {
    const owner = entryOf(block, name);
    const place = entryOf(owner?.value, 'topic')?.place ?? owner?.place ?? at.place;
    return [...over, name, 'topic'].map(key => ({ key, place }));
  };
  return [
    ...Object.entries(feeds).map(([name, { topic }]) => ({
      topic,
      steps: way(['feeds'], entry('feeds')?.value, name),
    })),
    ...Object.entries(batch?.datasets ?? {}).map(([name, { topic }]) => ({
      topic,
      steps: way(['batch', 'datasets'], inBatch?.value, name),
    })),
  ];
}

/** Options of a topic that nothing writes to are a misspelt name. */
export function checkTopicOptions(checking: Checking<Polling>): void {
  const { value, at, entry } = checking;
  const topics = written(checking).map(({ topic }) => topic);
  const inLog = entryOf(entry('log')?.value, 'topics');
  for (const name of Object.keys(value.log?.topics ?? {})) {
    if (topics.includes(name)) continue;
    const place = entryOf(inLog?.value, name)?.place ?? inLog?.place ?? at.place;
    const inner = within(within(within(at, 'log', place), 'topics', place), name, place);
    report(
      inner,
      place,
      'unknown-name',
      `No feed or dataset writes to the topic \`${name}\`.`,
      meant(name, topics, 'topics of feeds and datasets'),
    );
  }
}
