import test from 'ava';
import type { Dealt } from '../../src/log/dead-letters/selection.js';
import { config } from './polling-config.js';
import { scratch, start, tail, until } from './program.js';
import { simulated } from './simulated.js';

interface Listed {
  readonly id: string;
  readonly code: string;
  readonly partition: number;
  readonly offset: number;
  readonly dealt?: { readonly dealing: string };
}

test('letters of a check are replayed by the verb alone, by the running instance and by HTTP with the token, each once, and discarded', async t => {
  const simulator = await simulated(t, {});
  const strict = `${config(simulator.url).replace('every: 2s }', 'every: 1d, checks: { maxAge: 1m } }')}`;
  const cwd = scratch(t, { 'financelake.yaml': strict.replace('port: 0', 'port: 0, token: "${TOKEN}"') });
  const env = { TOKEN: 'canary-token-1' };
  const loose = ['--set', 'feeds.minutes.checks.maxAge=365d'];
  const dlq = async (code: number, ...args: string[]): Promise<string> => {
    const verb = start(t, ['dlq', ...args], { cwd, env });
    t.is(await verb.ended, code, `${args.join(' ')}: ${verb.out()}${verb.err()}`);
    return verb.out();
  };
  const listed = async (...args: string[]): Promise<readonly Listed[]> =>
    JSON.parse(await dlq(0, 'list', '--limit', '9999', '--json', ...args)) as Listed[];
  const dealt = async (code: number, ...args: string[]): Promise<Dealt> =>
    JSON.parse(await dlq(code, ...args, '--json')) as Dealt;

  t.regex(await dlq(1, 'replay', 'nobody'), /^0 letters replayed\.\n\nLETTER +PLACE +WHY\nnobody +there is no such/);
  const once = start(t, ['run', '--once'], { cwd, env });
  await once.ended;
  const letters = await listed();
  const stale = letters.filter(({ code }) => code === 'stale').length;
  t.true(stale > 10, `${stale}`);
  const published = (await tail(t, cwd, 'market.bars')).length;
  const still = await dlq(1, 'replay', '--all');
  t.regex(still, new RegExp(`^0 letters replayed, ${letters.length} stay\\.\\n`));
  t.regex(still, /a check of feed minutes still refuses it: /);

  const [first, second] = letters.filter(({ code }) => code === 'stale');
  t.like(await dealt(0, 'replay', first!.id, ...loose), { done: 1 });
  t.is((await listed()).length, letters.length - 1);
  t.like(
    (await listed('--all')).find(({ id }) => id === first!.id),
    { dealt: { dealing: 'replayed' } },
  );
  t.is((await tail(t, cwd, 'market.bars')).length, published + 1);

  const run = start(t, ['run', ...loose], { cwd, env });
  const url = await until('the port', () => /"url":"(http:[^"]+)"/.exec(run.err())?.[1]);
  const post = (authorization: string, body: object): Promise<Response> =>
    fetch(`${url}/api/v1/dlq/replay`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const place = `${second!.partition}/${second!.offset}`;
  t.is((await post('Bearer wrong', { letters: [place] })).status, 401);
  const answer = await post('Bearer canary-token-1', { letters: [place] });
  t.like(await answer.json(), { done: 1 });
  const told = await dealt(0, 'replay', '--code', 'stale');
  t.like(told, { done: stale - 2, before: 2, staying: 0 });
  t.like(await dealt(0, 'replay', place), { done: 0, was: [{ id: second!.id, place, dealing: 'replayed' }] });
  await until('the line', () => run.err().includes(`${stale - 2} dead letters replayed`) || undefined);
  run.signal('SIGTERM');
  t.is(await run.ended, 0, run.err());

  const bars = await tail(t, cwd, 'market.bars');
  t.is(bars.filter(({ headers }) => headers['fl-writer']?.startsWith('replay/')).length, stale);
  t.is(new Set(bars.map(({ headers }) => headers['fl-id'])).size, bars.length);
  for (const { headers, value } of bars) t.is(value.id, headers['fl-id']!);
  await dlq(0, 'discard', '--all');
  t.deepEqual(await listed(), []);
  t.is(await dlq(2, 'discard'), '');
});
