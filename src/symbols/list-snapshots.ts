import { defer, finalize, from, map, type Observable, type ObservableInput, of } from 'rxjs';
import type { HttpAnswer, HttpEdge } from '../http/edge.js';
import { retryAfterMs } from '../http/retry-after.js';
import type { ListingOutcome } from '../sources/source.js';
import type { Random, Time } from '../streams/time.js';
import type { HttpCsv, ListSpec } from './list-spec.js';
import { parseCsvList } from './parse-csv-list.js';
import { parseListFile } from './parse-list-file.js';
import { parseStaticList } from './parse-text-list.js';
import { pollList } from './poll-list.js';
import { selectListed } from './select-listed.js';
import type { Snapshot } from './snapshot.js';
import { type ListFile, watchListFile } from './watch-list-file.js';

export interface ListEffects {
  readonly time: Time;
  readonly random: Random;
  /** For `http-csv`: an edge that may call the list's host. */
  readonly edge: HttpEdge;
  /** For `file`: the file at an absolute path. */
  readonly listFile: (path: string) => ListFile;
  /** For `listing`: one call, made and paid for by the owner of the source. */
  readonly fetchListing: (source: string) => ObservableInput<ListingOutcome>;
  /** Epoch ms at which the stored list of this very spec was last confirmed, see `confirmedAtMs` in stored-list.ts. */
  readonly confirmedAtMs: number | undefined;
}

/**
 * A list's snapshots: `static` once and complete, `file` at every change, `listing` and `http-csv` at every refresh.
 * Never errors: what goes wrong is a snapshot with a reason. Who keeps the last good list is the directory.
 */
export function listSnapshots(spec: ListSpec, effects: ListEffects): Observable<Snapshot> {
  switch (spec.from) {
    case 'static':
      return defer(() => of(parseStaticList(spec.list)));
    case 'file':
      return watchListFile(effects.listFile(spec.path), body => parseListFile(body, spec.column), effects.time);
    case 'listing': {
      const look = () => from(effects.fetchListing(spec.source)).pipe(map(outcome => snapshotOfListing(outcome, spec)));
      return pollList(look, { ...effects, refreshMs: spec.refreshMs });
    }
    case 'http-csv':
      return pollList(() => fetchCsv(spec, effects), { ...effects, refreshMs: spec.refreshMs });
  }
}

function snapshotOfListing(outcome: ListingOutcome, filter: Parameters<typeof selectListed>[1]): Snapshot {
  if (outcome.kind === 'listing') return selectListed(outcome.listed, filter);
  const waitMs = 'retryAfterMs' in outcome ? outcome.retryAfterMs : undefined;
  return failed(`${outcome.kind}: ${outcome.detail}`, waitMs);
}

const fetchCsv = (csv: HttpCsv, { edge, time }: ListEffects): Observable<Snapshot> => {
  const { origin, pathname, searchParams } = new URL(csv.url);
  const ended = new AbortController();
  const query = Object.fromEntries(searchParams);
  return from(edge({ url: origin + pathname, query }, ended.signal)).pipe(
    map((answer: HttpAnswer) =>
      answer.status === 200
        ? parseCsvList(answer.body, csv)
        : failed(`${origin} answered ${answer.status}`, retryAfterMs(answer.headers, time.now())),
    ),
    finalize(() => ended.abort()),
  );
};

const failed = (reason: string, waitMs: number | undefined): Snapshot =>
  waitMs === undefined ? { ok: false, reason } : { ok: false, reason, retryAfterMs: waitMs };
