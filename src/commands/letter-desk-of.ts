import type { Config } from '../config/options.js';
import type { Plan } from '../ingest/blueprint.js';
import { createLetterDesk, type LetterDesk } from '../ingest/letter-desk.js';
import type { Log } from '../log/log.js';
import type { Report } from '../records/event.js';
import type { Time } from '../streams/time.js';
import { type Connect, logPlace, openLogReader } from './log-place.js';

/** The desk for the dead letters of a configuration: with Kafka they are looked for there, over a connection of its own. */
export function letterDeskOf(
  { log: place, topics }: Pick<Config, 'log' | 'topics'>,
  { sources }: Pick<Plan, 'sources'>,
  parts: { readonly log: Log; readonly time: Pick<Time, 'now'>; readonly report: Report; readonly connect?: Connect },
): LetterDesk {
  const { kafka, path } = logPlace(place);
  return createLetterDesk({
    ...parts,
    deadLetters: topics.deadLetters,
    openReader: async () => (kafka && (await openLogReader({ path, kafka }, parts.connect))) ?? parts.log,
    feed: (source, name) => sources.find(one => one.name === source)?.feeds.find(({ feed }) => feed.name === name),
  });
}
