import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { lastValueFrom } from 'rxjs';
import type { BatchEngine } from '../../src/batch/engine.js';
import { fileEntries } from '../../src/batch/ledger.js';
import { type InboxOptions, type InboxWorld, inboxWorld } from './inbox-world.js';

async function open(t: ExecutionContext, options?: InboxOptions): Promise<InboxWorld> {
  const world = await inboxWorld(options);
  t.teardown(() => world.close());
  return world;
}

const finished = ({ run }: BatchEngine): Promise<unknown> => lastValueFrom(run, { defaultValue: undefined });
const lines = (count: number, from = 1): string =>
  Array.from({ length: count }, (_, at) => `line${from + at}\n`).join('');
const kinds = ({ events }: InboxWorld): string[] =>
  events.map(({ kind }) => kind).filter(kind => kind.startsWith('file-'));

test('what lies in the inbox is published row by row and archived, and the ledger says so', async t => {
  const world = await open(t);
  await world.drop('a.txt', lines(8));
  await world.drop('sub/b.txt', 'one\nbad\nskip\ntwo\nthree\nfour\n');
  const engine = world.engine();
  await finished(engine);
  t.deepEqual(Object.keys(await world.files()).sort(), ['archive/a.txt', 'archive/sub/b.txt']);
  t.is(world.records('rows').length, 8 + 4);
  t.is(world.records('dead').length, 1);
  t.like(JSON.parse(world.records('dead')[0]!.replace(/^\d+ /, '')), {
    code: 'bad',
    origin: { dataset: 'rows', file: 'sub/b.txt', row: 2, topic: 'rows' },
    payload: '["bad"]',
  });
  const entries = [...fileEntries(world.log)].sort((a, b) => (a.file < b.file ? -1 : 1));
  t.like(entries[0], { file: 'a.txt', state: 'archived', rows: 8, records: 8, rejected: 0, skipped: 0 });
  t.like(entries[1], { file: 'sub/b.txt', state: 'archived', rows: 6, records: 4, rejected: 1, skipped: 1 });
  t.is(engine.peek().quarantined, 0);
});

test('the same content again is archived as a duplicate, with the reason, and not published', async t => {
  const world = await open(t);
  await world.drop('a.txt', lines(4));
  await finished(world.engine());
  await world.drop('again.txt', lines(4));
  await world.drop('a.txt', lines(4));
  await finished(world.engine());
  const files = await world.files();
  t.is(world.records('rows').length, 4);
  t.deepEqual(kinds(world).filter(kind => kind === 'file-duplicate').length, 2);
  const names = Object.keys(files).sort();
  t.is(names.length, 5);
  t.true(
    names.some(name => /^archive\/a~[0-9a-f]{8}\.txt$/.test(name)),
    names.join(),
  );
  t.like(JSON.parse(files['archive/again.txt.reason.json']!), {
    code: 'duplicate',
    detail: 'the same content as a.txt',
  });
});

test('a file that breaks off is quarantined with its reason, and what was published before is counted there', async t => {
  const world = await open(t);
  await world.drop('broken.txt', `${lines(6)}FAULT\n`);
  await world.drop('empty.txt', '');
  const engine = world.engine();
  await finished(engine);
  const files = await world.files();
  t.deepEqual(Object.keys(files).sort(), [
    'quarantine/broken.txt',
    'quarantine/broken.txt.reason.json',
    'quarantine/empty.txt',
    'quarantine/empty.txt.reason.json',
  ]);
  t.like(JSON.parse(files['quarantine/broken.txt.reason.json']!), {
    code: 'structure',
    records: 6,
    file: 'broken.txt',
  });
  t.like(JSON.parse(files['quarantine/empty.txt.reason.json']!), { code: 'empty', records: 0 });
  t.is(engine.peek().quarantined, 2);
});

test('a file with too many rejected rows is quarantined, and nothing of it is published after that is known', async t => {
  const world = await open(t);
  await world.drop('few.txt', 'bad\none\n');
  await world.drop('many.txt', `${lines(996)}${'bad\n'.repeat(400)}${lines(600, 1000)}`);
  await finished(world.engine());
  const files = await world.files();
  t.like(JSON.parse(files['quarantine/few.txt.reason.json']!), { code: 'rejected-rows' });
  t.like(JSON.parse(files['quarantine/many.txt.reason.json']!), { code: 'rejected-rows' });
  const published = world.records('rows').map(text => text.split(' ')[1]);
  t.true(published.includes('line996'));
  t.false(published.includes('line1000'));
});

test('a file that was quarantined for its rejected rows goes on behind what was published once more are allowed', async t => {
  const world = await open(t);
  await world.drop('some.txt', 'one\nbad\nbad\ntwo\n');
  await finished(world.engine());
  await rename(join(world.root, 'quarantine/some.txt'), join(world.root, 'inbox/some.txt'));
  await finished(world.engine({ dataset: { maxErrors: 0.6 } }));
  t.deepEqual(world.records('rows').sort(), ['1 one', '4 two']);
  t.true('archive/some.txt' in (await world.files()));
});

test('killed at any chunk: each row is there once, and each file in one place', async t => {
  for (let nth = 1; nth <= 8; nth++) {
    let chunks = 0;
    let die: () => void = () => undefined;
    const dead = new Promise<void>(resolve => {
      die = resolve;
    });
    let isOver = false;
    const world = await open(t, {
      onChunk: () => {
        if (isOver || ++chunks < nth) return;
        die();
        return new Promise(() => undefined);
      },
    });
    await world.drop('a.txt', lines(10));
    await world.drop('b.txt', lines(7, 100));
    const subscription = world.engine().run.subscribe();
    await Promise.race([dead, new Promise(resolve => setTimeout(resolve, 2_000))]);
    // What waits for the disk reaches it or not.
    if (nth % 2 === 0) await new Promise(resolve => setTimeout(resolve, 20));
    subscription.unsubscribe();
    isOver = true;
    await finished(world.engine({ killed: true }));
    t.deepEqual(
      world.records('rows').sort(),
      [...lines(10).split('\n'), ...lines(7, 100).split('\n')]
        .filter(line => line !== '')
        .map((line, at) => `${at < 10 ? at + 1 : at - 9} ${line}`)
        .sort(),
      `killed at chunk ${nth}`,
    );
    t.deepEqual(Object.keys(await world.files()).sort(), ['archive/a.txt', 'archive/b.txt']);
  }
});

test('a start finds what was decided and not moved', async t => {
  const world = await open(t);
  await world.drop('a.txt', lines(4));
  await world.drop('bad.txt', `${lines(3, 50)}FAULT\n`);
  await finished(world.engine());
  const [good, bad] = ['a.txt', 'bad.txt'].map(file => [...fileEntries(world.log)].find(entry => entry.file === file)!);
  // As if the process had died between the decision and the move.
  const undone = [good, bad].map(entry => {
    const { place: _, ...open } = entry!;
    return [
      `file/${entry!.sha256}`,
      Buffer.from(JSON.stringify({ ...open, state: open.state === 'archived' ? 'published' : open.state })),
    ] as const;
  });
  await world.log.append({ batches: [], state: undone });
  const [day] = Object.keys(await world.files()).filter(name => name.startsWith('archive'));
  t.truthy(day);
  await rename(join(world.root, good!.place!), join(world.root, 'inflight/a.txt'));
  await rename(join(world.root, bad!.place!), join(world.root, 'inflight/bad.txt'));
  await finished(world.engine());
  t.deepEqual(
    Object.keys(await world.files())
      .filter(name => !name.endsWith('.json'))
      .sort(),
    ['archive/a.txt', 'quarantine/bad.txt'],
  );
  t.is(world.records('rows').length, 7);
});

test('what is half written, hidden, linked or nobody’s stays in the inbox', async t => {
  const world = await open(t);
  await world.drop('good.txt', lines(2));
  for (const name of ['.hidden.txt', 'x.txt.part', 'y.txt.tmp', '~z.txt', 'strange.bin', 'w.txt.reason.json'])
    await world.drop(name, 'x\n');
  await writeFile(join(world.root, 'secret.txt'), 'secret\n');
  await symlink(join(world.root, 'secret.txt'), join(world.root, 'inbox/link.txt'));
  await mkdir(join(world.root, 'inbox/folder.txt'));
  await finished(world.engine());
  t.deepEqual(world.records('rows').sort(), ['1 line1', '2 line2']);
  const told = world.events.flatMap(event => (event.kind === 'file-left' ? [`${event.file}: ${event.reason}`] : []));
  t.deepEqual(told.sort(), ['link.txt: a symbolic link', 'strange.bin: no dataset matches it']);
});

test('a move that is refused is said, and the file is taken once it is not', async t => {
  const world = await open(t);
  const engine = world.engine({ once: false });
  const done = finished(engine);
  const component = (ready: boolean) => () =>
    world.events.some(event => event.kind === 'component' && event.name === 'batch' && event.ready === ready);
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise(resolve => setTimeout(resolve, 10));
  };
  await until(component(true));
  // A file where the folder of the next one has to be.
  await writeFile(join(world.root, 'inflight/sub'), '');
  await world.drop('sub/b.txt', lines(2));
  await until(component(false));
  await rm(join(world.root, 'inflight/sub'));
  await until(() => kinds(world).includes('file-archived'));
  engine.drain();
  await done;
  t.is(world.records('rows').length, 2);
});
