import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { decodeBlock, encodeBlocks, placeBlock } from '../../src/log/embedded/block.js';
import { openEmbeddedReader } from '../../src/log/embedded/embedded-reader.js';
import { type Change, dataFile, openEnvironment } from '../../src/log/embedded/environment.js';
import { blockKey, blockPlace } from '../../src/log/embedded/keys.js';
import { checkPages } from '../../src/log/embedded/pages.js';
import { LogFailure } from '../../src/log/log.js';
import { Packer } from '../../src/log/packed/packer.js';
import { logContract, type Opened, readAll } from './contract.js';
import { batch, record, text } from './record-contract.js';
import { openTemp, tempDirectory } from './temp-log.js';

logContract(test, async bounds => {
  const path = join(tempDirectory(), 'log');
  const open = async (): Promise<Opened> => {
    const opened = await openTemp(path, bounds);
    return {
      ...opened,
      async reopen() {
        await opened.log.close();
        return open();
      },
    };
  };
  return open();
});

const codeOf = (code: LogFailure['code'], message?: RegExp) => ({
  instanceOf: LogFailure,
  code,
  message: message ?? /./,
});

test('a log and a reader that were closed refuse every read, and open nothing again', async t => {
  const path = join(tempDirectory(), 'log');
  const { log } = await openTemp(path);
  log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
  await log.append({ batches: [batch('t', 0, record('a'))], state: [['key', Buffer.from('1')]] });
  const reader = openEmbeddedReader(path);
  await reader.close();
  await log.close();
  const left = readFileSync(dataFile(path));
  rmSync(dataFile(path));
  for (const closed of [log, reader])
    for (const look of [
      () => closed.get('key'),
      () => [...closed.range('')],
      () => closed.read('t', 0, 0, 1_000),
      () => closed.ends('t'),
    ])
      t.throws(look, codeOf('closed'));
  t.false(existsSync(dataFile(path)), 'what was removed meanwhile is not begun anew');
  writeFileSync(dataFile(path), left);
  const again = await openTemp(path);
  t.is(Buffer.from(again.log.get('key')!).toString(), '1');
  await again.log.close();
});

test('an environment that was closed takes no commit', async t => {
  const path = tempDirectory();
  const environment = openEnvironment(path, { mapSize: 1 << 20, readOnly: false });
  await environment.commit([[Buffer.from('key'), Buffer.from('1')]], undefined);
  await environment.close();
  await t.throwsAsync(environment.commit([[Buffer.from('key'), Buffer.from('2')]], undefined), codeOf('closed'));
});

test('offsets beyond 2^32 are kept exactly', t => {
  for (const base of [0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 2 ** 52 + 1]) {
    const place = { topic: 3, partition: 9, base, count: 2 };
    t.deepEqual(blockPlace(blockKey(3, 9, base, 2)), place);
    const [block] = encodeBlocks([record('a'), record('b')]);
    placeBlock(block!, { ...place, commit: 2 ** 40, timeMs: 1.5e12 });
    t.deepEqual(
      decodeBlock(block!.bytes, place).map(({ offset }) => offset),
      [base, base + 1],
    );
    t.throws(() => decodeBlock(block!.bytes, { ...place, base: base + 1 }), codeOf('damaged'));
  }
  const ordered = [1, 255, 256, 2 ** 31, 2 ** 32, 2 ** 40].map(base => blockKey(1, 1, base, 1));
  t.deepEqual(
    [...ordered].sort((a, b) => a.compare(b)),
    ordered,
  );
});

test('a block of the first format, which counts no headers, is read', t => {
  const place = { topic: 3, partition: 9, base: 7, count: 1 };
  const [block] = encodeBlocks([record('a')]);
  placeBlock(block!, { ...place, commit: 1, timeMs: 1.5e12 });
  // No names, no common headers; then the number of counted ones, which the first format has not.
  t.deepEqual([...block!.bytes.subarray(40, 43)], [0, 0, 0]);
  const first = Buffer.concat([block!.bytes.subarray(0, 42), block!.bytes.subarray(43)]);
  first.writeUInt16LE(1, 4);
  first.writeUInt32LE(crc32(first.subarray(4)), 0);
  t.deepEqual(
    decodeBlock(first, place).map(({ offset, key }) => [offset, key]),
    [[7, 'a']],
  );
});

test('packed records come back from the disk in order, with the headers that they share and their numbers', async t => {
  const path = tempDirectory();
  const { log } = await openTemp(path);
  log.ensureTopic('t', { cleanup: 'delete', partitions: 3 });
  const packer = new Packer(3);
  const count = 3000;
  for (let at = 0; at < count; at++) {
    packer.begin(`Ø${at % 7}`).any(`${at} ${'x'.repeat(300)}`);
    packer.end([`id-${at}`]);
  }
  const next = [0, 0, 0];
  const batches = packer.take().map(({ partition, count: records, bytes }) => {
    t.true(bytes.length <= 240 * 1024);
    const counted = { name: 'fl-seq', first: 2 ** 40 + next[partition]! };
    next[partition]! += records;
    return {
      topic: 't',
      partition,
      packed: { count: records, bytes, names: ['fl-id'], common: { who: 'Æ' }, counted },
    };
  });
  t.true(batches.length > 3, 'more than one run a partition');
  await log.append({ batches });
  await log.close();
  const reader = openEmbeddedReader(path);
  const found: number[] = [];
  for (const { partition, end } of reader.ends('t')) {
    const records = reader.read('t', partition, 0, 1e9);
    t.is(records.length, end);
    let last = -1;
    for (const { offset, key, value, headers } of records) {
      const at = Number(Buffer.from(value).toString().split(' ')[0]);
      t.true(at > last);
      last = at;
      found.push(at);
      t.deepEqual(
        [key, headers],
        [`Ø${at % 7}`, { who: 'Æ', 'fl-seq': String(2 ** 40 + offset), 'fl-id': `id-${at}` }],
      );
    }
  }
  t.is(new Set(found).size, count);
  await reader.close();
});

test('a batch with more than its block can hold is split, and each record may have headers of its own', async t => {
  const { log } = await openTemp(join(tempDirectory(), 'log'));
  log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
  const records = Array.from({ length: 3000 }, (_, i) =>
    record(`k${i}`, Buffer.alloc(300, i), { [`h${i % 400}`]: `v${i}`, same: 's' }),
  );
  await log.append({ batches: [batch('t', 0, ...records)] });
  const found = readAll(log, 't', 0, 50_000);
  t.is(found.length, 3000);
  t.true(
    found.every(
      (r, i) => r.offset === i && r.key === `k${i}` && r.headers[`h${i % 400}`] === `v${i}` && r.headers.same === 's',
    ),
  );
  await log.close();
});

test('large blocks take the memory of earlier ones once those are on the disk, and not before', async t => {
  const path = join(tempDirectory(), 'log');
  const { log } = await openTemp(path);
  log.ensureTopic('t', { cleanup: 'delete', partitions: 2 });
  const recordsOf = (commit: number) =>
    Array.from({ length: 700 }, (_, i) => record(`${commit}-${i}`, Buffer.alloc(600, commit * 7 + i)));
  for (let commit = 0; commit < 24; commit += 4) {
    const four = [0, 1, 2, 3].map(more => commit + more);
    await Promise.all(four.map(n => log.append({ batches: [batch('t', n % 2, ...recordsOf(n))] })));
  }
  await log.close();
  const { log: again } = await openTemp(path);
  for (const partition of [0, 1]) {
    const found = readAll(again, 't', partition, 1 << 20);
    const given = Array.from({ length: 12 }, (_, n) => recordsOf(2 * n + partition)).flat();
    t.deepEqual(
      found.map(({ key, value }) => `${key} ${value[0]} ${value.at(-1)} ${value.length}`),
      given.map(({ key, value }) => `${key} ${value[0]} ${value.at(-1)} ${value.length}`),
    );
  }
  await again.close();
});

test('only its user may read the log', async t => {
  const path = join(tempDirectory(), 'log');
  mkdirSync(path);
  chmodSync(path, 0o777);
  const { log } = await openTemp(path);
  const modeOf = (name: string): number => statSync(join(path, name)).mode & 0o777;
  t.is(modeOf('.'), 0o700);
  for (const name of ['data.mdb', 'lock.mdb', 'writer.json']) t.is(modeOf(name), 0o600, name);
  await log.close();
  t.false(existsSync(join(path, 'writer.json')));
});

test('a path that cannot be written is a failure of the disk that says why', async t => {
  const file = join(tempDirectory(), 'file');
  writeFileSync(file, '');
  await t.throwsAsync(openTemp(file), codeOf('disk', /not a directory/));
  await t.throwsAsync(openTemp(join(file, 'log')), codeOf('disk', /not a directory/));
});

test('a place where no directory can be made is a failure of the disk, not an endless try', async t => {
  await t.throwsAsync(openTemp('/proc/financelake/log'), codeOf('disk', /^\/proc\/financelake\/log: /));
});

test('what is missing above the log is made for its user alone', async t => {
  const above = join(tempDirectory(), 'a');
  const { log } = await openTemp(join(above, 'b/log'));
  t.is(statSync(above).mode & 0o777, 0o700);
  await log.close();
});

test('a second writer is told at once who has the log, readers are not locked out, and after a kill the next writer takes over', async t => {
  const path = join(tempDirectory(), 'log');
  const child = spawn(process.execPath, [fileURLToPath(new URL('./owner-child.js', import.meta.url)), path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const appended = async (): Promise<string> => String(((await once(child.stdout, 'data')) as [Buffer])[0]).trim();
  const pid = await appended();
  const failure = await t.throwsAsync(openTemp(path), codeOf('locked'));
  t.true(failure!.message.includes(`process ${pid} `) && failure!.message.includes(path), failure!.message);
  const reader = openEmbeddedReader(path);
  t.deepEqual(reader.topics(), ['t']);
  t.deepEqual(
    readAll(reader, 't', 0).map(({ key }) => key),
    ['k0'],
  );
  child.stdin.write('\n');
  await appended();
  t.deepEqual(
    readAll(reader, 't', 0).map(({ key }) => key),
    ['k0', 'k1'],
    'a reader sees what is written after it was opened',
  );
  t.is(text(reader.get('n')), '2');
  child.kill('SIGKILL');
  await exited;
  t.deepEqual(reader.ends('t'), [{ partition: 0, start: 0, end: 2 }]);
  await reader.close();
  const { log } = await openTemp(path);
  t.is(reader.identity, log.identity);
  await t.throwsAsync(openTemp(path), codeOf('locked', new RegExp(`process ${process.pid} `)));
  await log.append({ batches: [batch('t', 0, record('next'))] });
  t.is(log.ends('t')[0]!.end, 3);
  await log.close();
});

test('a writer that was overtaken behind its back writes nothing more', async t => {
  const path = join(tempDirectory(), 'log');
  const first = await openTemp(path);
  first.log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
  await first.log.append({ batches: [batch('t', 0, record('a'))] });
  rmSync(join(path, 'writer.json'));
  const second = await openTemp(path);
  await t.throwsAsync(first.log.append({ batches: [batch('t', 0, record('b'))] }), codeOf('locked'));
  await t.throwsAsync(first.log.append({ batches: [batch('t', 0, record('c'))] }), codeOf('locked'));
  await first.log.close();
  t.true(existsSync(join(path, 'writer.json')), 'the claim of the other stays');
  await second.log.append({ batches: [batch('t', 0, record('d'))] });
  t.deepEqual(
    readAll(second.log, 't', 0).map(({ key }) => key),
    ['a', 'd'],
  );
  await second.log.close();
});

test('an owner that is named but dead, or a claim that cannot be read, stops nobody', async t => {
  const path = join(tempDirectory(), 'log');
  mkdirSync(path);
  for (const claim of ['{"pid":1,"started":"other boot/1","id":1}', '{"pid":', '', 'null']) {
    writeFileSync(join(path, 'writer.json'), claim);
    const { log } = await openTemp(path);
    t.is((JSON.parse(readFileSync(join(path, 'writer.json'), 'utf8')) as { pid: number }).pid, process.pid);
    await log.close();
  }
});

test('a log whose data file is deleted or replaced while it is open acknowledges nothing more, and says so', async t => {
  for (const harm of ['deleted', 'replaced', 'directory']) {
    const path = join(tempDirectory(), 'log');
    const { log } = await openTemp(path);
    log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
    await log.append({ batches: [batch('t', 0, record('a'))] });
    await log.append({ batches: [] });
    rmSync(harm === 'directory' ? path : join(path, 'data.mdb'), { recursive: true });
    if (harm === 'replaced') writeFileSync(join(path, 'data.mdb'), 'anything');
    const said = codeOf('gone', harm === 'replaced' ? /data\.mdb was replaced/ : /data\.mdb was deleted/);
    await t.throwsAsync(log.append({ batches: [] }), said, harm);
    await t.throwsAsync(log.append({ batches: [batch('t', 0, record('b'))] }), said, harm);
    await log.close();
  }
});

test('a log whose data file is gone or empty is not silently begun anew', async t => {
  const path = join(tempDirectory(), 'log');
  const { log } = await openTemp(path);
  await log.close();
  for (const harm of [() => truncateSync(join(path, 'data.mdb'), 0), () => rmSync(join(path, 'data.mdb'))]) {
    harm();
    await t.throwsAsync(openTemp(path), codeOf('damaged', /missing or empty.*move the directory aside/));
    t.throws(() => openEmbeddedReader(path), codeOf('damaged', /missing or empty/));
  }
});

test('a reader of a directory without a log says so', t => {
  t.throws(() => openEmbeddedReader(join(tempDirectory(), 'none')), codeOf('disk', /there is no log/));
});

test('space of retired batches is used again: the file stops growing', async t => {
  const path = join(tempDirectory(), 'log');
  const { log } = await openTemp(path, { retainBytes: 1 << 20 });
  log.ensureTopic('t', { cleanup: 'delete', partitions: 2 });
  const write = async (rounds: number): Promise<number> => {
    for (let i = 0; i < rounds; i++)
      await log.append({
        batches: [
          batch(
            't',
            i % 2,
            ...Array.from({ length: 20 + ((i * 37) % 150) }, (_, k) => record(`k${k}`, Buffer.alloc(300))),
          ),
        ],
      });
    return statSync(join(path, 'data.mdb')).size;
  };
  const settled = await write(200);
  const later = await write(200);
  t.true(later <= settled * 1.1, `${settled} grew to ${later}`);
  t.true(later < 2.5 * (1 << 20), String(later));
  t.true(log.bytes < 1.3 * (1 << 20), String(log.bytes));
  await log.close();
});

/** A test on a file system of 6 MB, which takes root on Linux. */
function withMount(title: string, body: (t: ExecutionContext, mount: string) => Promise<void>): void {
  test(title, async t => {
    const mount = tempDirectory();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', mount], { stdio: 'ignore' });
    } catch {
      t.log('not run: it needs root on Linux, for a small tmpfs');
      t.pass();
      return;
    }
    t.teardown(() => execFileSync('umount', ['-l', mount]));
    await body(t, mount);
  });
}

withMount('a full disk refuses commits whole, and the same commit succeeds once there is space', async (t, mount) => {
  const path = join(mount, 'log');
  const { log, events } = await openTemp(path);
  const said = () => events.flatMap(({ kind }) => (kind === 'log-paused' || kind === 'log-resumed' ? [kind] : []));
  log.ensureTopic('t', { cleanup: 'delete', partitions: 1 });
  const commit = (i: number) => ({
    batches: [batch('t', 0, record(`k${i}`, Buffer.alloc(200_000, i)))],
    state: [['n', Buffer.from(String(i))] as const],
  });
  let stored = 0;
  const failure = await t.throwsAsync(async () => {
    for (; stored < 60; stored++) await log.append(commit(stored));
  }, codeOf('disk'));
  t.regex(failure!.message, /no space left.*bytes are free/);
  t.true(stored > 10);
  t.is(log.ends('t')[0]!.end, stored);
  t.is(text(log.get('n')), String(stored - 1));
  await t.throwsAsync(log.append(commit(stored)), codeOf('disk'));
  t.deepEqual(said(), ['log-paused']);
  execFileSync('mount', ['-o', 'remount,size=32m', mount]);
  await log.append(commit(stored));
  t.deepEqual(said(), ['log-paused', 'log-resumed']);
  t.deepEqual(
    readAll(log, 't', 0).map(({ key }) => key),
    Array.from({ length: stored + 1 }, (_, i) => `k${i}`),
  );
  await log.close();
  execFileSync('mount', ['-o', 'remount,ro', mount]);
  await t.throwsAsync(openTemp(path), codeOf('disk', /read only/));
});

withMount(
  'a write that fails within lmdb leaves the old state, and lmdb goes on once there is space',
  async (t, mount) => {
    const environment = openEnvironment(mount, { mapSize: 64 << 20, readOnly: false });
    const [key, other] = [Buffer.from('key'), Buffer.from('other')];
    await environment.commit([[key, Buffer.alloc(1 << 20, 1)]], undefined);
    const change: Change[] = [
      [key, Buffer.alloc(1 << 20, 2)],
      [other, Buffer.alloc(8 << 20)],
    ];
    // lmdb-js prints the reason besides.
    await t.throwsAsync(environment.commit(change, undefined), codeOf('disk'));
    await t.throwsAsync(environment.commit(change, undefined), codeOf('disk'));
    t.is(environment.get(key)![0], 1);
    t.is(environment.get(other), undefined);
    execFileSync('mount', ['-o', 'remount,size=32m', mount]);
    await environment.commit(change, undefined);
    t.is(environment.get(key)![0], 2);
    t.is(environment.get(other)!.length, 8 << 20);
    await environment.close();
    t.truthy(checkPages(dataFile(mount)));
  },
);
