import { batch, record } from './record-contract.js';
import { openTemp } from './temp-log.js';

/** `owner-child.js PATH`: opens the log, appends a record now and one at each line on stdin, says so each time, and keeps the log until it is killed. */
const { log } = await openTemp(process.argv[2]!);
log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
let n = 0;
const append = async (): Promise<void> => {
  await log.append({ batches: [batch('t', 0, record(`k${n++}`))], state: [['n', Buffer.from(String(n))]] });
  console.log(process.pid);
};
await append();
for await (const _line of process.stdin) await append();
