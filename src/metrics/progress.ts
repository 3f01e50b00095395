import type { Time } from '../streams/time.js';
import type { FilesStatus, QuotaStatus, Status } from './view.js';
import { count, many, plain, soon, span } from './wording.js';

/** The part of a terminal stream that is used; `process.stderr` fits. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number;
}

export interface Progress {
  /** Takes whole lines and puts them above the progress line; give it to the logger as `out`. */
  write(lines: string): void;
  /** Removes the progress line and draws no more; lines still pass. */
  stop(): void;
}

const everyMs = 1000;

/**
 * One line at the foot of a terminal, drawn again each second, with the log running above it. For terminals only: where output goes to
 * a file or a collector, write lines directly. The line is cut to the width; one that a narrowed window has wrapped since is cleared with all its rows.
 */
export function createProgress(terminal: Terminal, time: Time, text: () => string): Progress {
  let stopped = false;
  let line = '';
  /** Cells that the line on the screen takes. */
  let drawn = 0;
  const columns = (): number => Math.max(1, terminal.columns ?? 80);
  const fitted = (): string => {
    const width = columns() - 1;
    const shown = line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…`.slice(0, width) : line;
    drawn = shown.length;
    return shown;
  };
  const clear = (): string => {
    const above = Math.max(0, Math.ceil(drawn / columns()) - 1);
    drawn = 0;
    return above > 0 ? `\u001b[${above}A\r\u001b[J` : '\r\u001b[2K';
  };
  const timer = time.schedule(function () {
    line = plain(text());
    terminal.write(clear() + fitted());
    this.schedule(undefined, everyMs);
  }, 0);
  return {
    write(lines) {
      terminal.write(stopped ? lines : clear() + lines + fitted());
    },
    stop() {
      if (stopped) return;
      stopped = true;
      timer.unsubscribe();
      terminal.write(clear());
    },
  };
}

/**
 * What the line says: which files are read, how much has come, what is left, how far behind, where to look and how to stop. Most important first: the end may be
 * cut.
 */
export function progressText(status: Status, files: FilesStatus, nowMs: number, url: string | undefined): string {
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const left = callsLeft(status, nowMs);
  const behind = Math.max(0, ...status.feeds.map(feed => feed.worstLatenessSeconds));
  const parts = [
    ...filesRead(files),
    many(total(status.feeds.map(feed => feed.records)), 'record'),
    many(total(status.sources.map(source => source.calls)), 'call'),
    ...(left === undefined ? [] : [left]),
    behind > 0 ? `${span(behind * 1000)} behind` : 'on time',
    `${count(total(status.feeds.map(feed => feed.symbols)))} series`,
    ...(url === undefined ? [] : [url]),
    status.draining ? 'stopping' : 'Ctrl-C stops',
  ];
  return parts.join(' · ');
}

/** The file that will take longest, and how many there are beside it. */
function filesRead({ progress, waiting }: FilesStatus): readonly string[] {
  const [longest] = progress.toSorted((a, b) => (b.secondsLeft ?? Infinity) - (a.secondsLeft ?? Infinity));
  if (longest === undefined) return [];
  const { file, share, rowsPerSecond, secondsLeft } = longest;
  const left = secondsLeft === undefined ? '' : `, ${span(secondsLeft * 1000)} left`;
  const others = progress.length - 1 + waiting;
  return [
    `${file} ${Math.floor(share * 100)}%, ${many(Math.round(rowsPerSecond), 'row')}/s${left}`,
    ...(others > 0 ? [`${many(others, 'more file')}`] : []),
  ];
}

/** Of the limit that is nearest to its end. Of each source only the largest counts: it shapes the day, the smaller ones come and go with every call. */
function callsLeft({ sources }: Status, nowMs: number): string | undefined {
  const shareLeft = ({ used, max }: QuotaStatus): number => (max - used) / max;
  const largest = sources.flatMap(({ quota }) => quota.toSorted((a, b) => b.max - a.max).slice(0, 1));
  const tightest = largest.toSorted((a, b) => shareLeft(a) - shareLeft(b))[0];
  if (!tightest) return undefined;
  const { used, max, limit, resetsAt } = tightest;
  const reset = resetsAt && used >= max ? `, more ${soon(resetsAt, nowMs)}` : '';
  return `${count(Math.max(0, max - used))} left (${limit}${reset})`;
}
