import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import { checkPlaces } from '../../../src/commands/doctor/check-places.js';
import { tempDirectory } from '../../log/temp-log.js';
import { smallDisk } from '../../small-disk.js';

test('an inbox that does not exist yet is fine where it can be made', t => {
  const root = tempDirectory();
  t.like(checkPlaces(join(root, 'data/inbox')), [{ check: 'batch.inbox', state: 'ok' }]);
  t.deepEqual(readdirSync(root), []);
});

test('places that exist are tried with a file that goes through all of them, and nothing of it stays', t => {
  const root = tempDirectory();
  const places = ['inbox', 'inflight', 'archive', 'quarantine'].map(name => join(root, name));
  for (const path of places) mkdirSync(path);
  t.like(checkPlaces(places[0]!), [{ state: 'ok' }]);
  t.deepEqual(
    places.flatMap(path => readdirSync(path)),
    [],
  );
});

test('a file where a directory has to be is named', t => {
  const root = tempDirectory();
  writeFileSync(join(root, 'archive'), '');
  t.like(checkPlaces(join(root, 'inbox')), [
    {
      state: 'failed',
      detail: `${join(root, 'archive')} is no directory`,
      mend: `Let this user read and write ${join(root, 'archive')}, or set batch.inbox to another place`,
    },
  ]);
});

test('an inbox on a file system of its own is named with its mend', t => {
  const disk = smallDisk();
  t.teardown(() => disk.remove());
  t.like(checkPlaces(disk.path), [
    {
      state: 'failed',
      detail: `${disk.path} and ${join(dirname(disk.path), 'inflight')} are not on one file system, so no file can be moved between them in one step`,
      mend: 'Mount one volume over the directory that holds both, not over the inbox alone',
    },
  ]);
});
