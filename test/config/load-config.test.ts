import { join } from 'node:path';
import { inspect } from 'node:util';
import test from 'ava';
import { loadConfig } from '../../src/config/load-config.js';
import { isSecret, secret } from '../../src/config/secret.js';
import { bad, directoryWith, good, heads, load } from './loading.js';

const kraken = 'sources: { k: { type: kraken } }\n';

// What is written

test('an empty file is a configuration of defaults', t => {
  const config = good('');
  t.deepEqual(config.sources, {});
  t.is(config.log.retain, 1024 ** 3);
  t.is(config.log.kind, 'embedded');
  t.deepEqual(config.http, { host: '127.0.0.1', port: 8787, readOnly: false });
  t.is(config.drain.deadline, 10_000);
  t.is(config.topics.deadLetters, 'market.dead-letters');
  t.is(config.simulator, undefined);
});

test('durations become milliseconds, sizes bytes, and one value becomes a list where several may stand', t => {
  const { feeds, sources } = good(`
sources: { k: { type: kraken, deadline: 1.5s, maxBytes: 64kB, limits: [{ requests: 2, per: 1m }] } }
symbols: { mine: { from: static, list: [BTC/USD] } }
feeds: { a: { source: k, symbols: mine, data: quotes, every: 1d } }`);
  t.like(sources.k, { deadline: 1_500, maxBytes: 64_000, limits: [{ requests: 2, per: 60_000 }] });
  t.like(feeds.a, { symbols: ['mine'], every: 86_400_000, topic: 'market.quotes', restateWindow: 400 });
  t.is(feeds.a!.checks.maxFuture, 86_400_000);
});

test('the topic of a feed follows from its data unless it is named', t => {
  const { feeds } = good(`${kraken}
symbols: { mine: { from: static, list: [A] } }
feeds:
  bars: { source: k, symbols: mine, data: bars/1m, every: 1m }
  quotes: { source: k, symbols: mine, data: quotes, every: 1m }
  own: { source: k, symbols: mine, data: quotes, every: 1m, topic: own }`);
  t.deepEqual(
    Object.values(feeds).map(feed => feed.topic),
    ['market.bars', 'market.quotes', 'own'],
  );
});

test('symbols stay the text that was written, whatever YAML would make of them', t => {
  const { symbols } = good(
    'symbols: { s: { from: static, list: [TRUE, ON, NO, 600104, 1e5, 0x1F, "null", BRK.B, ABR$D] } }',
  );
  const list = symbols.s?.from === 'static' ? symbols.s.list : [];
  t.deepEqual(list, ['TRUE', 'ON', 'NO', '600104', '1e5', '0x1F', 'null', 'BRK.B', 'ABR$D']);
});

test('paths begin at the configuration file, not at the working directory', t => {
  const cwd = directoryWith('', { 'conf/my.yaml': 'log: { path: ../data }\n' });
  const loaded = loadConfig({ file: 'conf/my.yaml', env: {}, cwd });
  t.true(loaded.ok && loaded.config.log.path === join(cwd, 'data'));
  t.is(loaded.ok && loaded.file, join(cwd, 'conf/my.yaml'));
});

test('--config is stronger than FINANCELAKE_CONFIG, which is stronger than ./financelake.yaml', t => {
  const cwd = directoryWith('http: { port: 1 }', {
    'two.yaml': 'http: { port: 2 }',
    'three.yaml': 'http: { port: 3 }',
  });
  const port = (file: string | undefined, env: Record<string, string>): number | false => {
    const loaded = loadConfig({ file, env, cwd });
    return loaded.ok && loaded.config.http.port;
  };
  t.is(port(undefined, {}), 1);
  t.is(port(undefined, { FINANCELAKE_CONFIG: 'two.yaml' }), 2);
  t.is(port('three.yaml', { FINANCELAKE_CONFIG: 'two.yaml' }), 3);
});

test('a file that is not there, not text or too long is one problem', t => {
  const cwd = directoryWith('');
  const codes = (file: string): string[] => {
    const loaded = loadConfig({ file, env: {}, cwd });
    return loaded.ok ? [] : loaded.problems.map(problem => `${problem.code}: ${problem.message}`);
  };
  t.deepEqual(codes('no.yaml'), ['no-config: There is no such configuration file.']);
  t.deepEqual(codes('.'), ['unreadable: The configuration cannot be read: it is a directory.']);
  t.regex(bad(Uint8Array.from([0x61, 0x3a, 0x20, 0xff]))[0]!.message, /not UTF-8/);
  t.regex(bad(`#${'x'.repeat(9 * 1024 ** 2)}`)[0]!.message, /longer than/);
});

test('merge keys take over what the map itself does not have', t => {
  const { feeds } = good(`${kraken}
symbols: { mine: { from: static, list: [A] } }
feeds:
  daily: &daily { source: k, symbols: mine, data: bars/1d, every: 1d, calendar: XNYS }
  weekly: { <<: *daily, data: bars/1w }`);
  t.like(feeds.weekly, { data: 'bars/1w', calendar: 'XNYS', every: 86_400_000 });
});

// Substitution

test('a substitution takes a variable, a default or a file, and the option reads what comes', t => {
  const config = good(
    `
sources: { av: { type: alpha-vantage, apiKey: "\${KEY}", concurrency: "\${N}", deadline: "\${N}s" } }
http: { port: "\${PORT:-9000}", token: "\${file:secrets/token}", readOnly: "\${YES}" }
log: { path: "\${EMPTY:-./here}" }`,
    { env: { KEY: 'k', N: '4', EMPTY: '', YES: 'true' }, files: { 'secrets/token': 'abc\r\n\n' } },
  );
  t.like(config.sources.av, { concurrency: 4, deadline: 4_000 });
  t.is(config.sources.av?.apiKey?.reveal(), 'k');
  t.like(config.http, { port: 9000, readOnly: true });
  t.is(config.http.token?.reveal(), 'abc');
  t.regex(config.log.path, /here$/);
});

test('what was put in is not looked at again, and $${ stands for itself', t => {
  const { http, simulator } = good('http: { token: "${TOKEN}" }\nsimulator: { scenario: "$${A} $B ${C}" }', {
    env: { TOKEN: '${KEY} #: "x', KEY: 'no', C: '${KEY}' },
  });
  t.is(http.token?.reveal(), '${KEY} #: "x');
  t.is(simulator?.scenario, '${A} $B ${KEY}');
});

test('a name that every object has is not a variable', t => {
  t.deepEqual(heads(bad('log: { path: "${constructor}" }')), ['unset-variable financelake.yaml:1:15 log.path']);
});

test('a substituted file is bounded', t => {
  const text = 'log: { path: "${file:big}" }';
  t.regex(bad(text, { files: { big: 'x'.repeat(65_537) } })[0]!.message, /longer than 64 KiB/);
  t.is(load(text, { files: { big: `${'x'.repeat(200)}\n` } }).ok, true);
});

test('a value out of a variable is named by the variable, never repeated', t => {
  const [problem] = bad('http: { port: "${PORT}" }', { env: { PORT: 'SECRETSECRET' } });
  t.regex(problem!.message, /\$\{PORT\}/);
  t.notRegex(JSON.stringify(problem), /SECRETSECRET/);
});

// Layers

test('the environment is stronger than the file, and --set stronger than both', t => {
  const text = 'http: { port: 1 }\nlog: { partitions: 1 }\ndrain: { deadline: 1s }\n';
  const config = good(text, {
    env: { FINANCELAKE_HTTP__PORT: '2', FINANCELAKE_LOG__PARTITIONS: '2' },
    set: ['http.port=3', 'http.port=4'],
  });
  t.deepEqual([config.http.port, config.log.partitions, config.drain.deadline], [4, 2, 1_000]);
});

test('variables find options whatever their case, and names whatever their dashes', t => {
  const config = good(
    `
sources: { alpha-vantage: { type: alpha-vantage } }
symbols: { us_Large: { from: static, list: [A] } }`,
    {
      env: {
        FINANCELAKE_SOURCES__ALPHA_VANTAGE__API_KEY: '#key: [x',
        FINANCELAKE_SYMBOLS__US_LARGE__LIST: '[B, C]',
        FINANCELAKE_SYMBOLS__OTHER_LIST: '{ from: static, list: [D] }',
        FINANCELAKE_TOPICS__DEADLETTERS: 'dead',
        FINANCELAKE_SCALE: 'one',
      },
    },
  );
  t.is(config.sources['alpha-vantage']?.apiKey?.reveal(), '#key: [x');
  t.like(config.symbols.us_Large, { list: ['B', 'C'] });
  t.like(config.symbols['other-list'], { list: ['D'] });
  t.is(config.topics.deadLetters, 'dead');
});

test('a variable that fits two names says so instead of choosing', t => {
  const text = 'sources: { us-a: { type: kraken }, us_A: { type: kraken, baseUrl: "https://b.example" } }';
  const [problem] = bad(text, { env: { FINANCELAKE_SOURCES__US_A__CONCURRENCY: '2' } });
  t.regex(problem!.mend, /Several names are spelled like it: us-a, us_A/);
  t.is(good(text, { set: ['sources.us_A.concurrency=2'] }).sources.us_A?.concurrency, 2);
});

test('variables that are empty, or that only begin like an option, change nothing', t => {
  const env = {
    FINANCELAKE_HTTP__PORT: '',
    FINANCELAKE_TOKEN: 'x',
    FINANCELAKE_SERVICE_HOST: '10.0.0.1',
    FINANCELAKE_PORT_8787_TCP: 'tcp://x',
  };
  t.is(good('', { env }).http.port, 8787);
});

test('a key given by a variable is no literal secret, one given by a flag is', t => {
  const text = 'sources: { av: { type: alpha-vantage } }';
  t.is(good(text, { env: { FINANCELAKE_SOURCES__AV__APIKEY: 'k' } }).sources.av?.apiKey?.reveal(), 'k');
  t.is(good(text, { set: ['sources.av.apiKey=${KEY}'], env: { KEY: 'k' } }).sources.av?.apiKey?.reveal(), 'k');
  t.deepEqual(heads(bad(text, { set: ['sources.av.apiKey=SECRETSECRET'] })), [
    'literal-secret --set sources.av.apiKey sources.av.apiKey',
  ]);
});

test('problems in variables and flags name the variable or the flag, after those of the file', t => {
  const problems = bad('htp: {}\n', {
    env: { FINANCELAKE_HTTP__PROT: '1', FINANCELAKE_LOG__RETAIN: 'lots', FINANCELAKE_LOG: 'debug' },
    set: ['http.port', 'http.port.x=1', 'symbols.a.list=[A', 'feeds.a=[]', 'drain.deadline=${NO}'],
  });
  t.deepEqual(heads(problems), [
    'unknown-key financelake.yaml:1:1 htp',
    'unset-variable --set drain.deadline drain.deadline',
    'wrong-type --set feeds.a feeds.a',
    'bad-override --set http.port ',
    'unknown-key --set http.port.x http.port.x',
    'syntax --set symbols.a.list symbols.a.list',
    'unknown-key FINANCELAKE_HTTP__PROT http.PROT',
    'wrong-type FINANCELAKE_LOG log',
  ]);
});

test('a value that stands where others belong is not swept away by a variable below it', t => {
  t.deepEqual(heads(bad('http: 80\n', { env: { FINANCELAKE_HTTP__PORT: '81' } })), [
    'wrong-type financelake.yaml:1:7 http',
  ]);
});

// Places

test('line and column count from one, with CRLF, a byte order mark and letters beyond ASCII', t => {
  t.deepEqual(heads(bad('http:\r\n  host: "127.0.0.1"\r\n  port: x\r\n\tz: 1\r\n')), ['syntax financelake.yaml:4:1 ']);
  t.deepEqual(heads(bad('http:\r\n  host: "127.0.0.1"\r\n  port: x\r\n')), [
    'wrong-type financelake.yaml:3:9 http.port',
  ]);
  t.deepEqual(heads(bad('\uFEFFhtp: {}\n')), ['unknown-key financelake.yaml:1:1 htp']);
  t.deepEqual(heads(bad('# größer\nlog: { path: "ü", retain: x }\n')), ['wrong-type financelake.yaml:2:27 log.retain']);
});

test('a problem within a list names its entry', t => {
  t.deepEqual(heads(bad('symbols:\n  s:\n    from: static\n    list:\n      - A\n      - "B C"\n')), [
    'wrong-value financelake.yaml:6:9 symbols.s.list[1]',
  ]);
});

// Secrets

test('a secret shows itself only on request', t => {
  const made = secret('SECRETSECRET');
  const shown = [
    String(made),
    `${made as unknown as string}`,
    JSON.stringify({ made }),
    inspect({ made }, { showHidden: true, depth: 9 }),
    inspect(made, { customInspect: false, showHidden: true }),
    Object.keys(made).join(),
    JSON.stringify({ ...made }),
    new Error(`failed with ${made as unknown as string}`).message,
  ].join('\n');
  t.notRegex(shown, /SECRETSECRET/);
  t.is(JSON.stringify({ made }), '{"made":"***"}');
  t.is(`${made as unknown as string}`, '***');
  t.is(made.reveal(), 'SECRETSECRET');
  t.true(isSecret(made));
  t.false(isSecret({ reveal: () => 'x' }));
});

test('no dump of a whole configuration shows its secrets', t => {
  const loaded = load('sources: { av: { type: alpha-vantage, apiKey: "${K}" } }\nhttp: { token: "${K}" }', {
    env: { K: 'SECRETSECRET' },
  });
  t.true(loaded.ok);
  for (const dump of [JSON.stringify(loaded), inspect(loaded, { depth: 9, showHidden: true })])
    t.notRegex(dump, /SECRETSECRET/);
});

test('an empty token is none', t => {
  t.is(good('http: { token: "${T:-}" }').http.token, undefined);
  t.is(good('http: { token: }').http.token, undefined);
});

test('other machines are let in with a token, or to read only', t => {
  const host = (rest: string): string => `http: { host: "::", ${rest} }`;
  t.deepEqual(heads(bad(host('port: 1'))), ['open-host financelake.yaml:1:9 http.host']);
  t.deepEqual(heads(bad(host('token: abc'))), ['literal-secret financelake.yaml:1:28 http.token']);
  t.is(good(host('token: "${T}"'), { env: { T: 't' } }).http.host, '::');
  t.is(good(host('readOnly: true')).http.host, '::');
  for (const name of ['localhost', '127.0.0.2', '"::1"']) t.true(load(`http: { host: ${name} }`).ok, name);
});

test('who only looks finds the log whatever is wrong elsewhere, but never another log than the one that was meant', t => {
  const logOf = (text: string, set: readonly string[] = []): string | undefined => {
    const loaded = load(text, { set });
    return loaded.ok ? loaded.config.log.path : loaded.log?.path.split('/').at(-1);
  };
  const unset = 'sources: { a: { type: alpha-vantage, apiKey: "${NOWHERE_SET}" } }\n';
  t.is(logOf(`${unset}log: { path: ./here }`), 'here');
  t.is(logOf(unset), 'log', 'the default');
  t.is(logOf(`${unset}log: { path: ./here }`, ['log.path=/there']), 'there');
  t.is(logOf('feeds: { f: { source: none, every: never } }\nlog: { path: ./here }'), 'here');
  for (const [text, ...set] of [
    [`${unset}log: { path: "\${NOWHERE_SET}" }`],
    [`${unset}log: { pth: ./here }`],
    [`${unset}lgo: { path: ./here }`],
    [unset, 'log.pth=/there'],
    [unset, 'lgo.path=/there'],
    ['log: [', ''],
  ] as const)
    t.is(logOf(text, set), undefined, `${text} ${set.join(' ')}`);
});
