import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { Command } from 'commander';
import { addDlq } from '../../src/commands/dlq.js';
import { ExitFailure } from '../../src/commands/exit-code.js';
import type { Io } from '../../src/commands/io.js';
import type { LogPlace } from '../../src/commands/log-place.js';
import { sight } from '../../src/commands/sight.js';
import { realTime } from '../../src/streams/time.js';
import { fakeKafka } from '../log/kafka/fake-kafka.js';
import { batch, record } from '../log/record-contract.js';
import { openTemp, tempDirectory } from '../log/temp-log.js';
import { quietIo } from './quiet-io.js';

const topic = 'market.dead-letters';
const letter = (id: string, code: string, at: string) =>
  record(
    'AAPL',
    JSON.stringify({
      id,
      code,
      detail: `${code} in it`,
      origin: { source: 'av', feed: 'daily', topic: 'market.bars', symbol: 'AAPL' },
      at,
      truncated: false,
      payload: '{"close":"x"}',
    }),
    { 'fl-id': id, 'fl-schema': 'dead-letter/1' },
  );
const batches = [
  batch(topic, 0, letter('n3', 'range', '2026-11-26T03:00:00Z'), record('foreign', 'no letter')),
  batch(topic, 1, letter('n1', 'field', '2026-11-26T01:00:00Z'), letter('n2', 'range', '2026-11-26T02:00:00Z')),
];

async function embedded(): Promise<LogPlace> {
  const path = join(tempDirectory(), 'log');
  const { log } = await openTemp(path);
  log.ensureTopic(topic, { cleanup: 'delete', partitions: 2 });
  await log.append({ batches });
  await log.close();
  return { path };
}

async function inKafka() {
  const kafka = fakeKafka({ time: realTime });
  await kafka.connect().createTopic(topic, { partitions: 2, replication: 1, cleanup: 'delete' });
  for (const each of batches) kafka.write(each);
  return kafka;
}

/** Runs `dlq …` on a log on disk, and on Kafka. */
async function both(...args: string[]): Promise<readonly string[]> {
  const kafka = await inKafka();
  const settings = `brokers: ["127.0.0.1:1"]`;
  const said: string[] = [];
  for (const place of [await embedded(), undefined]) {
    const cwd = tempDirectory();
    const log = place ? `{ path: ${place.path} }` : `{ kind: kafka, kafka: { ${settings} } }`;
    writeFileSync(join(cwd, 'financelake.yaml'), `log: ${log}\n`);
    let out = '';
    const io: Io = {
      ...quietIo,
      out: text => {
        out += text;
      },
      cwd,
    };
    const program = new Command().exitOverride();
    addDlq(program, io, sight(io), async () => kafka.connect());
    await program.parseAsync(['dlq', ...args], { from: 'user' });
    said.push(out);
  }
  return said;
}

test('dlq list names the newest letters over all partitions, the oldest first, from either log', async t => {
  for (const out of await both('list', '--limit', '2', '--json'))
    t.like(JSON.parse(out), [
      { id: 'n2', code: 'range', partition: 1, offset: 1, bytes: 13, origin: { feed: 'daily' } },
      { id: 'n3', code: 'range', partition: 0, offset: 0 },
    ]);
  for (const out of await both('list', '--code', 'field')) {
    t.is(out.trim().split('\n').length, 2);
    t.regex(out, /n1 .*2026-11-26T01:00:00Z .*field .*av daily AAPL .*field in it/);
  }
  for (const out of await both('list', '--code', 'none')) t.is(out, 'No dead letters.\n');
});

test('dlq show prints one letter with its bytes and headers; an unknown one is named', async t => {
  for (const out of await both('show', 'n1', '--json'))
    t.like(JSON.parse(out), {
      id: 'n1',
      key: 'AAPL',
      payload: '{"close":"x"}',
      headers: { 'fl-schema': 'dead-letter/1' },
    });
  for (const out of await both('show', 'n1'))
    t.regex(out, /^code +"field"$[\s\S]*^payload +"\{\\"close\\":\\"x\\"\}"$/m);
  await t.throwsAsync(both('show', 'n9'), { instanceOf: ExitFailure, message: /no dead letter n9/ });
});
