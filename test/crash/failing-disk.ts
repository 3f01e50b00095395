import type { Line } from './announce.js';
import { emptyLog, writeUnderFault } from './failpoints.js';
import type { Result } from './result.js';

interface Fault {
  readonly name: string;
  readonly inject: readonly string[];
  /** `goes on`: the writer tries again until the disk is good, and ends by itself. `gives up`: the disk stays bad, the writer ends with an error. */
  readonly expected: 'goes on' | 'gives up';
}

const every = ['writev', 'pwrite64', 'fdatasync'];

/** A new log writes one page and the meta page with pwrite64 to be opened, then a meta page with each transaction, its pages with writev. */
const faults: readonly Fault[] = [
  { name: 'flush-once', inject: ['fdatasync:error=EIO:when=3'], expected: 'goes on' },
  { name: 'flush-often', inject: ['fdatasync:error=EIO:when=2..6'], expected: 'goes on' },
  { name: 'flush-for-good', inject: ['fdatasync:error=EIO:when=3+'], expected: 'gives up' },
  { name: 'meta-page-at-opening', inject: ['pwrite64:error=EIO:when=2'], expected: 'gives up' },
  { name: 'meta-page', inject: ['pwrite64:error=EIO:when=4..5'], expected: 'goes on' },
  { name: 'short-meta-page', inject: ['pwrite64:retval=64:when=3'], expected: 'goes on' },
  { name: 'short-pages', inject: ['writev:retval=4096:when=2..3'], expected: 'goes on' },
  { name: 'no-space', inject: ['writev:retval=512:when=1..4'], expected: 'goes on' },
  { name: 'read-only', inject: every.map(call => `${call}:error=EROFS:when=4..6`), expected: 'goes on' },
  { name: 'gone', inject: every.map(call => `${call}:error=EIO:when=3+`), expected: 'gives up' },
];

/**
 * The disk refuses: what was acknowledged stays, what was refused is not there, and the writer goes on by itself when the disk is good again.
 * lmdb 3.5.6 may abort the process when its pages are refused by an error (not when the flush or the meta page is, nor by a short write): closed, too.
 */
export async function failDisk(report: (result: Result) => void): Promise<void> {
  for (const { name, inject, expected } of faults) {
    const { ended, faults, said, err } = await writeUnderFault(emptyLog(), { commits: 12, retries: 30 }, inject);
    const mayAbort = inject.some(one => /^(writev|pwrite64):error/.test(one));
    const isAborted = mayAbort && ended === 'SIGABRT';
    const isAsExpected = isAborted || (ended === 0) === (expected === 'goes on');
    const count = (kind: Line[0]): number => said.filter(line => line[0] === kind).length;
    const met = isAborted || ended !== 0 || count('refused') > 0;
    report({
      name: `disk/${name}`,
      faults: [
        ...faults,
        ...(isAsExpected ? [] : [`expected that it ${expected}, but it ended with ${ended}: ${err.slice(0, 300)}`]),
        ...(met ? [] : ['the fault was not met']),
      ],
      detail: `${inject.join(' ')}: ${count('refused')} refused, ${count('acknowledged')} acknowledged, ended with ${ended}`,
    });
  }
}
