import type { Command } from 'commander';
import type { BacklogStatus, Status } from '../metrics/view.js';
import { count, fromNow, many, plain, share, size, soon, span } from '../metrics/wording.js';
import { type AskOptions, ask, type Sight, storedNote, withAskOptions } from './asking.js';
import type { Io } from './io.js';
import { quotaTable } from './quota.js';
import { table } from './table.js';

const shownEvents = 8;

/** `financelake status`: the whole state at a glance. */
export function addStatus(program: Command, io: Io, sight: Sight): void {
  const verb = program.command('status').description('the whole state at a glance');
  withAskOptions(verb).action((options: AskOptions) =>
    ask<Status>(
      io,
      sight,
      options,
      { path: '/api/v1/status', answer: view => view.status() },
      (status, isRunning) => storedNote(isRunning) + statusText(status, isRunning, Date.parse(status.now)),
    ),
  );
}

export function statusText(status: Status, isRunning: boolean, nowMs: number): string {
  const parts = [
    heading(status, isRunning),
    feedsTable(status, nowMs),
    sourcesTable(status, nowMs),
    quotaTable(
      status.sources.map(({ name, quota, learned }) => ({ source: name, quota, learned })),
      nowMs,
    ),
    listsTable(status, nowMs),
    topicsTable(status),
    recentTable(status, nowMs),
  ];
  return parts.filter(part => part !== '').join('\n');
}

function heading(status: Status, isRunning: boolean): string {
  const { instance, version, uptimeSeconds, ready, draining, components, log } = status;
  const waiting = Object.entries(components).filter(([, component]) => !component.ready);
  const state = draining ? 'stopping' : ready ? 'ready' : 'not ready';
  const up = uptimeSeconds === undefined ? '' : `, up ${span(uptimeSeconds * 1000)}`;
  const lines = [
    ...(isRunning ? [`${instance} (${version}): ${state}${up}`] : []),
    ...waiting.map(([name, { reason }]) => `  ${name}: ${reason ?? 'not ready'}`),
    `log ${log.identity}: ${size(log.bytes)} of ${size(log.maxBytes)} (${share(log.bytes, log.maxBytes)})`,
    ...(log.backlog ? [backlogText(log.backlog)] : []),
  ];
  return `${lines.map(plain).join('\n')}\n`;
}

function backlogText({ records, bytes, oldestSeconds }: BacklogStatus): string {
  if (records === 0) return 'kafka has everything';
  return `kafka lacks ${many(records, 'record')} (about ${size(bytes)}), the oldest ${span(oldestSeconds * 1000)} old`;
}

function feedsTable({ feeds }: Status, nowMs: number): string {
  if (feeds.length === 0) return '';
  const rows = feeds.map(feed => [
    feed.name,
    feed.source,
    count(feed.symbols),
    count(feed.overdue),
    feed.worstLatenessSeconds > 0 ? span(feed.worstLatenessSeconds * 1000) : '-',
    feed.freshness ? span(feed.freshness.p50 * 1000) : '-',
    feed.freshness ? span(feed.freshness.max * 1000) : '-',
    count(feed.records),
    count(feed.restated),
    count(feed.rejected),
    feed.lastRecordAt ? fromNow(feed.lastRecordAt, nowMs) : '-',
  ]);
  const ages = ['median age>', 'oldest>'];
  return table(
    [
      'feed',
      'source',
      'symbols>',
      'overdue>',
      'late by>',
      ...ages,
      'records>',
      'restated>',
      'rejected>',
      'last record',
    ],
    rows,
  );
}

function sourcesTable({ sources }: Status, nowMs: number): string {
  if (sources.length === 0) return '';
  const rows = sources.map(({ name, type, state, calls, refused, inFlight, reason, until }) => [
    name,
    type,
    state,
    count(calls),
    count(refused),
    count(inFlight),
    [...(reason ? [reason] : []), ...(until ? [`goes on ${soon(until, nowMs)}`] : [])].join(', '),
  ]);
  return table(['source', 'type', 'state', 'calls>', 'refused>', 'in flight>', 'reason'], rows);
}

function listsTable({ lists }: Status, nowMs: number): string {
  if (lists.length === 0) return '';
  const rows = lists.map(({ name, symbols, loadedAt, refused }) => [
    name,
    count(symbols),
    loadedAt ? fromNow(loadedAt, nowMs) : '-',
    refused ? `newest version not taken: ${refused}` : '',
  ]);
  return table(['list', 'symbols>', 'loaded', 'trouble'], rows);
}

function topicsTable({ log: { topics } }: Status): string {
  if (topics.length === 0) return '';
  const rows = topics.map(({ topic, partitions, records }) => [topic, count(partitions), count(records)]);
  return table(['topic', 'partitions>', 'records>'], rows);
}

function recentTable({ recent }: Status, nowMs: number): string {
  if (recent.length === 0) return '';
  const rows = recent
    .slice(-shownEvents)
    .map(({ at, level, text, times }) => [
      fromNow(at, nowMs),
      level,
      times > 1 ? `${text} (${count(times)} times)` : text,
    ]);
  return table(['when', 'level', 'event'], rows);
}
