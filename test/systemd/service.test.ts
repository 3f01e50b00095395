import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { key } from '../e2e/polling-config.js';
import { scratch, until } from '../e2e/program.js';
import { bootMachine, unitFile } from './machine.js';

async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '127.0.0.1')];
  await Promise.all(servers.map(server => new Promise(resolve => server.once('listening', resolve))));
  const [first, second] = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return [first!, second!];
}

const config = (market: number, http: number, requests: number): string => `
simulator: { port: ${market}, seed: 1, scenario: calm }
sources:
  demo: { type: alpha-vantage, baseUrl: "http://127.0.0.1:${market}", apiKey: "\${file:/run/credentials/financelake.service/api-key}", limits: [{ requests: ${requests}, per: 1m }] }
symbols: { mine: { from: static, list: [AAPL, MSFT] } }
feeds: { quotes: { source: demo, symbols: mine, data: quotes, every: 1s } }
http: { port: ${http} }
`;

test.serial('the exposure of the unit is 1.5 at most, as systemd-analyze counts', t => {
  const { status, stdout, error } = spawnSync(
    'systemd-analyze',
    ['security', '--offline=true', '--threshold=15', unitFile],
    { encoding: 'utf8' },
  );
  t.is(status, 0, `${error ?? ''}${stdout}`);
  t.log(stdout.split('\n').find(line => line.includes('Overall')));
});

test.serial(
  'under systemd it says when it is ready, reloads, is restarted when it hangs, drains, and a mistake is not tried again',
  async t => {
    const [market, http] = await freePorts();
    const directory = scratch(t);
    const etc = join(directory, 'etc');
    const more = join(directory, 'more');
    for (const path of [etc, more]) mkdirSync(path);
    const write = (requests: number, rest = ''): void =>
      writeFileSync(join(etc, 'financelake.yaml'), config(market, http, requests) + rest);
    write(300);
    writeFileSync(join(etc, 'api-key'), `${key}\n`, { mode: 0o600 });
    writeFileSync(join(more, 'soon.conf'), '[Service]\nWatchdogSec=3s\n');
    const { run, show } = await bootMachine(t, {
      [etc]: '/etc/financelake',
      [unitFile]: '/etc/systemd/system/financelake.service',
      [more]: '/etc/systemd/system/financelake.service.d',
    });
    const journal = (): string => run('journalctl', '-u', 'financelake', '-o', 'cat', '--no-pager').text;
    const main = (): string => show('MainPID');
    const status = async () => {
      const response = await fetch(`http://127.0.0.1:${http}/api/v1/status`);
      return (await response.json()) as { sources: readonly { calls: number }[] };
    };

    const started = run('systemctl', 'start', 'financelake');
    t.is(started.code, 0, `${started.text}${journal()}`);
    t.is(show('ActiveState'), 'active');
    t.is((await fetch(`http://127.0.0.1:${http}/readyz`)).status, 200, 'ready once `systemctl start` returns');
    await until('calls are made with the key', async () => (await status()).sources[0]!.calls > 2 || undefined);
    t.false(journal().includes(key));
    t.not(run('stat', '-c', '%U', `/proc/${main()}`).text.trim(), 'root');

    write(200);
    const reloaded = run('systemctl', 'reload', 'financelake');
    t.is(reloaded.code, 0, `${reloaded.text}${journal()}`);
    await until('the limits are taken over', () => journal().includes('sources.demo.limits taken over') || undefined);
    write(100, 'nonsense: 1\n');
    run('systemctl', 'reload', 'financelake');
    await until(
      'a mistake is not taken over',
      () => journal().includes('the configuration is not taken over') || undefined,
    );
    // The log is first, the notice that the reload is over comes behind it.
    await until('it is as active as before', () => show('ActiveState') === 'active' || undefined);
    write(200);

    const first = main();
    run('kill', '-STOP', first);
    await until(
      'the one that hangs is replaced',
      () => (show('NRestarts') === '1' && show('ActiveState') === 'active') || undefined,
    );
    t.not(main(), first);
    t.regex(journal(), /Watchdog timeout/);
    await until('it polls again', async () => (await status()).sources[0]!.calls > 2 || undefined);

    t.is(run('systemctl', 'stop', 'financelake').code, 0);
    t.deepEqual([show('Result'), show('ExecMainStatus')], ['success', '0'], journal().slice(-2_000));
    t.regex(journal(), /"event":"drained"/);

    write(100, 'nonsense: 1\n');
    t.not(run('systemctl', 'start', 'financelake').code, 0);
    t.is(show('ExecMainStatus'), '2');
    t.is(show('ActiveState'), 'failed', 'not "activating": no further try');
    t.is(show('NRestarts'), '0');
  },
);
