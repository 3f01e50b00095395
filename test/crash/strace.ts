import { execFileSync } from 'node:child_process';

/** Fails rather than leaves out: a crash test that does not run has shown nothing. */
export function requireStrace(): void {
  try {
    execFileSync('strace', ['--version'], { stdio: 'ignore' });
  } catch {
    throw new Error('strace is needed to hit chosen instants: apt-get install strace');
  }
}

/** The calls with which lmdb changes its file, as `strace` shows them: pages, the flush, and (pwrite64 too, on a descriptor with O_DSYNC) the meta page. */
export const writingCalls = ['writev', 'pwrite64', 'fdatasync'] as const;

/**
 * The command that runs a program with a fault in its system calls on one file.
 * @param inject `CALL:error=EIO:when=3..5`, see strace(1); the n-th is counted by thread and by call
 */
export const withFault = (file: string, inject: readonly string[]): string[] => [
  'strace',
  '-f',
  '-qqq',
  '--output=/dev/null',
  `--trace-path=${file}`,
  ...inject.map(one => `--inject=${one}`),
];

/** The command that runs a program and writes down every byte that goes to a file, each flush, and all it says. */
export const recorded = (trace: string, inject: readonly string[] = []): string[] => [
  'strace',
  '-f',
  '-qqq',
  `--output=${trace}`,
  '--trace=openat,write,writev,pwrite64,lseek,fdatasync,fsync,ftruncate',
  '--no-abbrev',
  '-xx',
  '--string-limit=100000000',
  ...inject.map(one => `--inject=${one}`),
];
