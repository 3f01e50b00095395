import { readFileSync } from 'node:fs';

const pageBytes = 4096;

/** What a process holds in memory; 0 where the system does not tell. */
export function residentBytes(pid: number | undefined): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    return Number.isFinite(pages) ? pages * pageBytes : 0;
  } catch {
    return 0;
  }
}
