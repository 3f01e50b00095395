import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { pageFolder } from '../../src/web/page.js';

const files = readdirSync(pageFolder);
const read = (name: string): string => readFileSync(join(pageFolder, name), 'utf8');
const html = read('index.html');
const scripts = files.filter(name => name.endsWith('.js'));

test('the page is small and comes from here alone', t => {
  const bytes = files.reduce((sum, name) => sum + Buffer.byteLength(read(name)), 0);
  t.true(bytes < 60_000, `${bytes} bytes`);
  for (const name of files) {
    const urls = (read(name).match(/(?:https?:)?\/\/[a-z0-9.-]+\.[a-z]+/gi) ?? []).filter(
      url => !url.endsWith('www.w3.org'),
    );
    t.deepEqual(urls, [], name);
    t.notRegex(read(name), /@import|url\(|\bdata:/, name);
  }
});

test('everything that the page names exists, by a path that also works behind a prefix', t => {
  const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
  const imported = scripts.flatMap(name => [...read(name).matchAll(/from '\.\/([^']+)'/g)].map(([, path]) => path!));
  t.true(named.length >= 6 && imported.length >= 2);
  for (const path of [...named, ...imported]) {
    t.false(path.startsWith('/'), path);
    if (!/^(api\/|metrics$)/.test(path)) t.true(existsSync(join(pageFolder, path)), path);
  }
});

test('nothing on the page needs what the content security policy forbids', t => {
  t.notRegex(html, /<script(?![^>]*src=)|<style|\son\w+=|\sstyle=/i);
  for (const name of scripts)
    t.notRegex(read(name), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/, name);
});

test('every element that a script looks up is on the page', t => {
  const ids = new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
  const asked = scripts.flatMap(name => [...read(name).matchAll(/\bat\('([^']+)'\)/g)].map(([, id]) => id!));
  t.true(asked.length > 20);
  t.deepEqual(
    [...new Set(asked)].filter(id => !ids.has(id)),
    [],
  );
});

test('tables have captions and scoped headings, fields have labels, scrolling parts take the keyboard', t => {
  t.is(html.match(/<table>/g)?.length, html.match(/<caption>/g)?.length);
  t.notRegex(html, /<th\b(?![^>]*scope=)/);
  t.is(html.match(/<(?:input|select)\b/g)?.length, html.match(/<label\b/g)?.length);
  for (const [region] of html.matchAll(/<div class="(?:wide|events)"[^>]*>/g))
    t.regex(region, /role="region" aria-labelledby="[\w-]+" tabindex="0"/);
  t.regex(html, /<html lang="en">/);
  t.regex(html, /aria-live="polite"/);
});

test('the page words durations, sizes and times as the program does', async t => {
  const format = (await import(join(pageFolder, 'format.js'))) as {
    span(seconds: number): string;
    size(bytes: number): string;
    fromNow(iso: string, nowMs: number): string;
    soon(iso: string, nowMs: number): string;
    stamp(iso: string): string;
    orDash(value: number | null | undefined, show: (value: number) => string): string;
  };
  const words = await import('../../src/metrics/wording.js');
  for (const seconds of [1, 59, 60, 61, 3600, 11_520, 90_000, 1e7])
    t.is(format.span(seconds), words.span(seconds * 1000));
  for (const bytes of [0, 1023, 1024, 1.5 * 2 ** 30, 2 ** 50]) t.is(format.size(bytes), words.size(bytes));
  const now = Date.parse('2026-03-02T15:04:05Z');
  for (const iso of ['2026-03-02T18:16:05Z', '2026-03-02T15:04:01Z', 'further notice'])
    for (const say of ['fromNow', 'soon'] as const) t.is(format[say](iso, now), words[say](iso, now));
  t.is(format.soon('2026-03-02T15:04:05Z', now), 'now');
  t.is(format.soon('2026-03-02T15:04:06Z', now), 'in 1 s');
  t.is(format.stamp('2026-03-02T00:00:00Z'), '2026-03-02');
  t.is(format.stamp('2026-03-02T21:05:00Z'), '2026-03-02 21:05');
  t.is(format.orDash(null, String), '–');
  t.is(format.orDash(0, String), '0');
});
