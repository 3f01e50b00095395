import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Report } from '../records/event.js';
import type { Time } from '../streams/time.js';
import { createInstruments } from './instruments.js';
import { scrapeView } from './scrape-view.js';
import type { View } from './view.js';

/** Of the process itself, what somebody looks at. The library's other metrics (each heap space, each kind of handle) are dozens of series that nobody needs. */
const ofProcess: ReadonlySet<string> = new Set([
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
  'process_open_fds',
  'process_max_fds',
  'nodejs_eventloop_lag_p50_seconds',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_eventloop_lag_max_seconds',
  'nodejs_heap_size_used_bytes',
  'nodejs_heap_size_total_bytes',
  'nodejs_external_memory_bytes',
  'nodejs_gc_duration_seconds',
]);

const settledOutcomes = ['fresh', 'restated', 'unchanged', 'outside', 'rejected'] as const;

/** Registers our metrics and those of the process, and returns what moves ours: one case for each kind of event. */
export function createCounting(
  registry: Registry,
  view: Pick<View, 'status'>,
  time: Pick<Time, 'monotonicMs'>,
): Report {
  collectDefaultMetrics({ register: registry, gcDurationBuckets: [0.01, 0.1] });
  for (const { name } of registry.getMetricsAsArray()) if (!ofProcess.has(name)) registry.removeSingleMetric(name);
  const of = createInstruments(registry, scrapeView(view, time));
  const newestMs = new Map<string, number>();
  const settledFeeds = new Set<string>();

  return event => {
    switch (event.kind) {
      case 'started':
        return of.buildInfo.set({ version: event.version }, 1);
      case 'drained':
        return of.abandonedCalls.inc(event.abandoned);
      case 'ready':
      case 'draining':
      case 'component':
        return; // Readiness is read from the view.
      case 'permit-granted':
        of.quotaSpent.inc({ source: event.source }, event.weight);
        return of.permitWait.observe({ source: event.source }, event.waitedMs / 1000);
      case 'quota': {
        const { source, limit } = event;
        of.quotaUsed.set({ source, limit }, event.used);
        of.quotaMax.set({ source, limit }, event.max);
        if (event.resetsAtMs === undefined) return of.quotaResets.remove({ source, limit });
        return of.quotaResets.set({ source, limit }, event.resetsAtMs / 1000);
      }
      case 'limits-changed':
        for (const limit of event.gone)
          for (const gauge of [of.quotaUsed, of.quotaMax, of.quotaResets])
            gauge.remove({ source: event.source, limit });
        return;
      case 'limits-learned':
        return; // Read from the view.
      case 'rate-lowered':
      case 'rate-raised':
        return of.allowedRate.set({ source: event.source }, event.perSecond);
      case 'source-paused':
        return of.sourcePaused.set({ source: event.source }, 1);
      case 'source-resumed':
        of.sourcePaused.set({ source: event.source }, 0);
        return of.sourceStopped.set({ source: event.source }, 0);
      case 'source-stopped':
        of.sourcePaused.set({ source: event.source }, 0);
        return of.sourceStopped.set({ source: event.source }, 1);
      case 'polled': {
        const { source, feed, outcome } = event;
        of.calls.inc({ source, feed, outcome });
        if (event.refusal) of.refusals.inc({ source, code: event.refusal });
        of.receivedBytes.inc({ source }, event.bytes);
        of.callSeconds.observe({ source }, event.elapsedMs / 1000);
        return of.callLateness.observe({ feed }, event.latenessMs / 1000);
      }
      case 'history-denied':
        return;
      case 'symbol-failing':
        return of.failingSymbols.inc({ feed: event.feed });
      case 'settled': {
        const { feed } = event;
        // The first time all of them, so that each is there at zero; then most would add nothing.
        const isFirst = !settledFeeds.has(feed);
        if (isFirst) settledFeeds.add(feed);
        for (const outcome of settledOutcomes)
          if (isFirst || event[outcome] > 0) of.records.inc({ feed, outcome }, event[outcome]);
        return;
      }
      case 'published': {
        const { feed, topic } = event;
        of.published.inc({ feed, topic }, event.records);
        of.publishedBytes.inc({ feed, topic }, event.bytes);
        // A batch may hold an older series than the one before it.
        newestMs.set(feed, Math.max(event.newestMs, newestMs.get(feed) ?? Number.NEGATIVE_INFINITY));
        return of.newestRecord.set({ feed }, newestMs.get(feed)! / 1000);
      }
      case 'dead-letter':
        return of.deadLetters.inc({ code: event.code }, event.count);
      case 'late':
        return; // Lateness is read from the view, so that it also goes down.
      case 'list-loaded':
        return of.listSymbols.set({ list: event.list }, event.symbols);
      case 'list-changed': {
        const { list } = event;
        for (const outcome of ['listed', 'delisted', 'renamed'] as const)
          of.listChanges.inc({ list, outcome }, event[outcome]);
        return of.listSymbols.set({ list }, event.symbols);
      }
      case 'list-refused':
        of.listRefusals.inc({ list: event.list });
        return of.listSymbols.set({ list: event.list }, event.symbols);
      case 'appended':
        of.appended.inc(event.records);
        of.appendedBytes.inc(event.bytes);
        return of.appendSeconds.observe(event.commitMs / 1000);
      case 'append-failed':
        return of.appendFailures.inc();
      case 'log-size':
        return; // Read from the view: there before anything is said.
      case 'log-paused':
        return of.logPaused.set(1);
      case 'log-resumed':
        return of.logPaused.set(0);
      case 'log-damaged':
        return of.logDamaged.inc({ topic: event.topic }, event.records);
      case 'retained':
        return of.retained.inc({ topic: event.topic }, event.records);
      case 'shipped':
        of.shipped.inc({ topic: event.topic }, event.records);
        return of.shippedBytes.inc({ topic: event.topic }, event.bytes);
      case 'ship-failed':
        return of.shipFailures.inc({ topic: event.topic, code: event.code });
      case 'records-refused':
        return of.recordsRefused.inc({ topic: event.topic, code: event.code }, event.count);
      case 'topic-recreated':
        return of.topicsRecreated.inc({ topic: event.topic });
      case 'file-rows':
        of.fileRows.inc({ dataset: event.dataset, outcome: 'published' }, event.published);
        of.fileRows.inc({ dataset: event.dataset, outcome: 'rejected' }, event.rejected);
        return of.fileRows.inc({ dataset: event.dataset, outcome: 'skipped' }, event.skipped);
      case 'file-archived':
        return of.files.inc({ dataset: event.dataset, outcome: 'archived' });
      case 'file-quarantined':
        return of.files.inc({ dataset: event.dataset, outcome: 'quarantined' });
      case 'file-duplicate':
        return of.files.inc({ dataset: event.dataset, outcome: 'duplicate' });
      case 'file-left':
        return; // For people.
      case 'unit-held':
        return of.unitHeld.set({ unit: event.unit }, 1);
      case 'unit-released':
        return of.unitHeld.set({ unit: event.unit }, 0);
      case 'letters-dealt':
      case 'topic-differs':
      case 'unshipped':
      case 'unit-refused':
        return; // For people.
      case 'lines-lost':
        return of.linesLost.inc(event.count);
      case 'actor-restarted':
        return of.actorRestarts.inc();
      case 'actor-failed':
        return of.actorFailures.inc();
      case 'mailbox-lost':
        return of.mailboxLost.inc(event.count);
    }
  };
}
