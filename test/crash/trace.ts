import { readFileSync } from 'node:fs';
import type { Line } from './announce.js';

/** What happened to one file, in the order in which the kernel saw it, and what the process said meanwhile. */
export type TraceEvent =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Buffer; readonly isSynced: boolean }
  | { readonly kind: 'truncate'; readonly size: number }
  /** All that was written before `since` (exclusive, in events) is on the disk. */
  | { readonly kind: 'flush'; readonly since: number }
  | { readonly kind: 'said'; readonly line: Line };

/**
 * Reads the output of `strace -xx`, see strace.ts. A write with O_DSYNC is on the disk when it returns; one that an injected error has stopped counts as
 * written but not flushed, because a real disk may have taken it and said no.
 */
export function readTrace(file: string, target: string): TraceEvent[] {
  const events: TraceEvent[] = [];
  /** Descriptor of the target → whether each write waits for the disk. */
  const open = new Map<number, boolean>();
  const position = new Map<number, number>();
  const unfinished = new Map<string, { readonly call: string; readonly text: string; readonly at: number }>();
  let begun = '';

  const said = (bytes: Buffer): void => {
    const lines = (begun + bytes.toString()).split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) events.push({ kind: 'said', line: JSON.parse(line) as Line });
  };

  /** @param before number of events when the call began */
  const finished = (call: string, text: string, before: number): void => {
    const result = Number(/\) += (-?\d+)/.exec(text)?.[1] ?? Number.NaN);
    const isInjected = text.includes('(INJECTED)');
    const fd = Number(/^(\d+)/.exec(text)?.[1] ?? Number.NaN);
    if (call === 'openat') {
      if (result >= 0 && bytesOf(text).toString() === target) open.set(result, text.includes('O_DSYNC'));
      else open.delete(result);
      return;
    }
    if (call === 'write' && fd === 1 && result > 0) return said(bytesOf(text).subarray(0, result));
    const isSynced = open.get(fd);
    if (isSynced === undefined) return;
    switch (call) {
      case 'lseek':
        position.set(fd, result);
        return;
      case 'ftruncate':
        events.push({ kind: 'truncate', size: lastNumber(text) });
        return;
      case 'fsync':
      case 'fdatasync':
        if (result === 0 && !isInjected) events.push({ kind: 'flush', since: before });
        return;
      default: {
        const bytes = bytesOf(text);
        // A call that the end of the process has cut off has no result; its bytes may have reached the file.
        const isWhole = isInjected || Number.isNaN(result) || result === bytes.length;
        const given = call === 'pwrite64' ? lastNumber(text) : (position.get(fd) ?? 0);
        const kept = isWhole ? bytes : bytes.subarray(0, Math.max(0, result));
        events.push({
          kind: 'write',
          offset: given,
          bytes: kept,
          isSynced: isSynced && result === bytes.length && !isInjected,
        });
      }
    }
  };

  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest);
    if (resumed) {
      const { call, text, at } = unfinished.get(thread)!;
      unfinished.delete(thread);
      finished(call, text + resumed[2], at);
      continue;
    }
    const [, call = '', text = ''] = /^(\w+)\((.*)$/.exec(rest) ?? [];
    if (text.endsWith('<unfinished ...>'))
      unfinished.set(thread, { call, text: text.slice(0, -'<unfinished ...>'.length), at: events.length });
    else if (call !== '') finished(call, text, events.length);
  }
  return events;
}

/** The last argument of a call, `…, 4096, 8192) = 4096`, or `…, 4096, 8192 <unfinished ...>) = ?` where the process ended within it. */
const lastNumber = (text: string): number => Number(/, (\d+) *(?:<unfinished \.\.\.>)?\) += /.exec(text)![1]);

/** All strings of a call, one behind the other: strace writes each byte as `\xHH`. */
const bytesOf = (text: string): Buffer =>
  Buffer.concat(
    Array.from(text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g), ([, hex = '']) =>
      Buffer.from(hex.replaceAll('\\x', ''), 'hex'),
    ),
  );
