import { openTable } from '../formats/formats.js';
import { inspectFile } from '../inspect/inspect-file.js';
import type { Asked } from '../inspect/proposal.js';

/** The process that looks at one foreign file, and may die of it. */
process.once('message', ({ path, asked, nowMs }: { path: string; asked: Asked; nowMs: number }) => {
  void inspectFile(path, asked, openTable, nowMs).then(proposal => process.send!(proposal, () => process.exit()));
});
process.on('disconnect', () => process.exit());
