import type { Event } from '../records/event.js';
import { count, instant, many, share, size, span } from './wording.js';

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** What people read of an event. WARN means that nothing was lost; ERROR that something was, or that a human is needed. */
export interface Sentence {
  readonly level: Level;
  readonly text: string;
  /** Sentences of one level with the same key say the same thing again: the first is written, then a summary a minute. */
  readonly repeats?: string;
}

/** What tells one reason from another: numbers left out, because a reason that counts would be another one each time. */
const gist = (reason: string | undefined): string => (reason ?? '').replace(/[\d.,:]+/g, '#').slice(0, 200);

const cause = (detail: string | undefined): string => (detail ? `: ${detail}` : '');

/** The one place that says how an event reads. */
export function sentenceOf(event: Event): Sentence {
  switch (event.kind) {
    case 'started':
      return { level: 'info', text: `FinanceLake ${event.version} started with ${event.config}` };
    case 'ready':
      return { level: 'info', text: 'Ready' };
    case 'draining':
      return { level: 'info', text: `Stopping (${event.reason}): finishing within ${span(event.deadlineMs)}` };
    case 'drained':
      return drained(event);
    case 'lines-lost':
      return {
        level: 'error',
        text: `${many(event.count, 'log line')} lost: standard error takes nothing (its disk is full, or its reader is gone)`,
        repeats: 'lines-lost',
      };
    case 'component':
      return event.ready
        ? { level: 'info', text: `${event.name} is ready`, repeats: `component ${event.name}` }
        : {
            level: 'warn',
            text: `${event.name} is not ready${cause(event.reason)}`,
            repeats: `component ${event.name} ${gist(event.reason)}`,
          };
    case 'permit-granted':
      return { level: 'debug', text: `${event.source}: permitted after ${span(event.waitedMs)}` };
    case 'quota':
      return { level: 'debug', text: `${event.source}: ${event.used} of ${event.max} used (${event.limit})` };
    case 'limits-changed':
      return {
        level: 'info',
        text: `${event.source}: its limits are ${event.limits.join(', ') || 'none'} from now on`,
      };
    case 'rate-lowered':
      return {
        level: 'info',
        text: `${event.source}: slowing down to ${rate(event.perSecond)}`,
        repeats: `slower ${event.source}`,
      };
    case 'rate-raised':
      return { level: 'debug', text: `${event.source}: speeding up to ${rate(event.perSecond)}` };
    case 'limits-learned': {
      const said = event.learned.map(({ limit, declared }) => (declared ? `${limit} of ${declared}` : limit));
      return { level: 'debug', text: `${event.source}: refusals taught ${said.join(', ') || 'nothing'}` };
    }
    case 'source-paused':
      return {
        level: 'warn',
        text: `${event.source} pauses until ${instant(event.untilMs)}: ${event.reason}`,
        repeats: `paused ${event.source} ${gist(event.reason)}`,
      };
    case 'source-resumed':
      return { level: 'info', text: `${event.source} goes on`, repeats: `resumed ${event.source}` };
    case 'source-stopped':
      return {
        level: 'error',
        text: `${event.source} has stopped and needs you: ${event.reason}; check sources.${event.source}.apiKey, then start again`,
      };
    case 'polled':
      return polled(event);
    case 'symbol-failing':
      return {
        level: 'warn',
        text: `${event.feed}: ${event.symbol} failed${event.failures > 1 ? ` ${count(event.failures)} times in a row` : ''}: ${event.reason}`,
        repeats: `failing ${event.feed}`,
      };
    case 'history-denied':
      return { level: 'warn', text: `${event.feed}: only the newest bars, a hole before them stays: ${event.reason}` };
    case 'settled':
      return { level: 'debug', text: `${event.feed}: ${event.fresh} fresh, ${event.restated} restated` };
    case 'published':
      return { level: 'debug', text: `${event.feed}: ${many(event.records, 'record')} to ${event.topic}` };
    case 'dead-letter':
      return {
        level: 'warn',
        text: `${event.origin}: ${many(event.count, 'dead letter')} (${event.code}): ${event.detail}`,
        repeats: `dead ${event.origin} ${event.code}`,
      };
    case 'letters-dealt':
      return { level: 'info', text: `${many(event.count, 'dead letter')} ${event.dealing}` };
    case 'late':
      return {
        level: 'warn',
        text: `${event.feed}: ${event.overdue} overdue, ${event.worst} by ${span(event.worstMs)}`,
        repeats: `late ${event.feed}`,
      };
    case 'list-loaded':
      return {
        level: 'info',
        text: `List ${event.list}: ${many(event.symbols, 'symbol')}${event.fromStore ? ' (as stored)' : ''}`,
      };
    case 'list-changed':
      return {
        level: 'info',
        text: `List ${event.list}: ${event.listed} listed, ${event.delisted} delisted, ${event.renamed} renamed; ${many(event.symbols, 'symbol')}`,
      };
    case 'list-refused':
      return listRefused(event);
    case 'appended':
      return { level: 'debug', text: `Log: ${many(event.records, 'record')} in ${span(event.commitMs)}` };
    case 'append-failed':
      return {
        level: 'warn',
        text: `Log refused a commit, trying again in ${span(event.retryMs)}: ${event.reason}`,
        repeats: `append-failed ${gist(event.reason)}`,
      };
    case 'log-size':
      return { level: 'debug', text: `Log: ${filled(event)}` };
    case 'log-paused':
      return {
        level: 'error',
        text: `Log takes no more (${filled(event)}): polling pauses until there is room; raise log.maxBytes or free the disk`,
        repeats: 'log-paused',
      };
    case 'log-resumed':
      return { level: 'info', text: `Log has room again (${filled(event)}): polling goes on`, repeats: 'log-resumed' };
    case 'log-damaged':
      return {
        level: 'error',
        text: `Log: ${many(event.records, 'record')} of ${event.topic}/${event.partition} at ${event.offset} damaged and set aside: ${event.reason}`,
        repeats: `damaged ${event.topic}`,
      };
    case 'retained':
      return { level: 'debug', text: `Log: ${event.topic}/${event.partition} starts at ${count(event.start)}` };
    case 'shipped':
      return { level: 'debug', text: `Kafka: ${many(event.records, 'record')} to ${event.topic}` };
    case 'ship-failed':
      return { level: 'debug', text: `Kafka: ${event.topic} failed (${event.code})` };
    case 'records-refused':
      return {
        level: event.kept ? 'warn' : 'error',
        text: `Kafka will never take ${many(event.count, 'record')} of ${event.topic}/${event.partition} (${event.code}): ${event.kept ? 'kept as dead letters' : 'lost'}`,
        repeats: `refused ${event.topic} ${event.code}`,
      };
    case 'topic-recreated':
      return {
        level: 'warn',
        text: `Kafka: ${event.topic}/${event.partition} was deleted and made again, or cut: what the local log still keeps of it is shipped again`,
        repeats: `recreated ${event.topic}`,
      };
    case 'topic-differs':
      return {
        level: 'warn',
        text: `Kafka: topic ${event.topic}: ${event.problem}`,
        repeats: `differs ${event.topic}`,
      };
    case 'unshipped':
      return {
        level: 'warn',
        text: `${many(event.records, 'record')} (about ${size(event.bytes)}) are not in Kafka yet: they wait in the local log for the next start${cause(event.reason)}`,
      };
    case 'file-rows':
      return {
        level: 'debug',
        text: `files/${event.dataset}: ${many(event.published, 'record')}, ${event.rejected} rejected, ${event.skipped} left out`,
      };
    case 'file-archived':
      return {
        level: 'info',
        text: `${event.file}: ${many(event.records, 'record')} of ${many(event.rows, 'row')} published in ${span(event.elapsedMs)}${event.rejected > 0 ? `, ${count(event.rejected)} rejected` : ''}`,
      };
    case 'file-quarantined':
      return {
        level: 'error',
        text: `${event.file} is in quarantine (${event.code}): ${event.detail}${event.records > 0 ? `; ${many(event.records, 'record')} of it were published before` : ''}`,
      };
    case 'file-duplicate':
      return { level: 'warn', text: `${event.file} has the content of ${event.of}: not published again` };
    case 'file-left':
      return { level: 'warn', text: `${event.file} stays in the inbox: ${event.reason}` };
    case 'unit-held':
      return { level: 'info', text: `${event.unit} is run here (epoch ${event.epoch})` };
    case 'unit-released':
      return { level: event.wasHeld ? 'info' : 'debug', text: `${event.unit} stands by` };
    case 'unit-refused':
      return {
        level: 'warn',
        text: `${event.unit} cannot be taken over yet: ${event.reason}`,
        repeats: `unit ${event.unit}`,
      };
    case 'actor-restarted':
      return {
        level: 'warn',
        text: `${event.actor} failed and starts again in ${span(event.backoffMs)}: ${event.error}`,
        repeats: `restarted ${event.actor} ${gist(event.error)}`,
      };
    case 'actor-failed':
      return { level: 'error', text: `${event.actor} keeps failing and was given up: ${event.error}` };
    case 'mailbox-lost':
      return {
        level: 'error',
        text: `${event.actor} is overloaded: ${many(event.count, 'command')} lost`,
        repeats: `lost ${event.actor}`,
      };
  }
}

type Of<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>;

const rate = (perSecond: number): string =>
  perSecond >= 1 ? `${Number(perSecond.toPrecision(3))} calls a second` : `one call in ${span(1000 / perSecond)}`;

const filled = (event: { bytes: number; maxBytes: number }): string =>
  `${size(event.bytes)} of ${size(event.maxBytes)}, ${share(event.bytes, event.maxBytes)}`;

function drained({ records, calls, abandoned }: Of<'drained'>): Sentence {
  const done = `Stopped after ${many(calls, 'call')} and ${many(records, 'record')}`;
  if (abandoned === 0) return { level: 'info', text: done };
  return {
    level: 'error',
    text: `${done}; ${many(abandoned, 'call')} given up at the deadline: their quota is spent, their answers are lost`,
  };
}

/** A refusal is routine for a rate-limited source; what nobody can mend by waiting is an error. */
function polled(event: Of<'polled'>): Sentence {
  const { source, feed, outcome, refusal, disposition } = event;
  const symbols = event.symbols.length > 3 ? many(event.symbols.length, 'symbol') : event.symbols.join(', ');
  if (disposition === 'done') return { level: 'debug', text: `${feed}: ${outcome} for ${symbols}` };
  const said = `${source}: ${refusal ? `refused (${refusal})` : outcome} for ${feed} ${symbols}${cause(event.detail)}`;
  const level = disposition === 'stop' ? 'error' : disposition === 'wait' ? 'info' : 'warn';
  return { level, text: said, repeats: `polled ${source} ${feed} ${outcome} ${refusal ?? ''}` };
}

function listRefused({ list, reason, symbols, ageMs }: Of<'list-refused'>): Sentence {
  const repeats = `refused ${list} ${gist(reason)}`;
  if (symbols === 0) return { level: 'error', text: `List ${list} has no symbols: ${reason}`, repeats };
  const age = ageMs === undefined ? '' : `, ${span(ageMs)} old`;
  return {
    level: 'warn',
    text: `List ${list}: new version not taken (${reason}); keeping ${many(symbols, 'symbol')}${age}`,
    repeats,
  };
}
