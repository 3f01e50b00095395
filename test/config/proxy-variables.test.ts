import test from 'ava';
import { formatProblems } from '../../src/config/format-problems.js';
import { loadConfig } from '../../src/config/load-config.js';
import { proxyOf, proxyProblems } from '../../src/config/proxy-variables.js';
import { directoryWith } from './loading.js';

const faulty = {
  'it is no address': [
    'http://',
    ':3128',
    'http://user:CANARY#x@proxy.example:3128',
    'proxy.example:0x1',
    'http://a b',
  ],
  'its scheme is neither http nor https': ['socks5://CANARY:CANARY@127.0.0.1:9', 'ftp://proxy.example'],
  'its user or password holds a `%` that stands for nothing': [
    'http://user:CANARY%zz@127.0.0.1:9',
    'us%er:CANARY@127.0.0.1:9',
    'http://user:CANARY%ff@127.0.0.1:9',
  ],
  'it goes on after the host and port': [
    'http://us/CANARY@proxy.example:3128',
    'proxy.example:3128/?x',
    'proxy.example#x',
  ],
} as const;

test('a variable that names no usable proxy is said with its name and why, and never with its value', t => {
  for (const [fault, texts] of Object.entries(faulty))
    for (const text of texts)
      for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) {
        const problems = proxyProblems({ [name]: text }, undefined);
        t.deepEqual(
          problems.map(({ file, message }) => [file, message]),
          [[name, `As a proxy, ${fault}.`]],
          text,
        );
        t.notRegex(formatProblems(problems, { color: false }), /CANARY|proxy\.example/);
        t.deepEqual(proxyOf({ [name]: text }), {}, 'it is not used either');
      }
});

test('a proxy without a scheme is one of http, as curl takes it; blanks around it and empty variables are nothing', t => {
  t.deepEqual(proxyOf({ HTTPS_PROXY: '127.0.0.1:9', http_proxy: ' user:p%40ss@proxy.example:3128 ' }), {
    https: 'http://127.0.0.1:9',
    http: 'http://user:p%40ss@proxy.example:3128',
  });
  t.deepEqual(proxyOf({ https_proxy: 'https://a', HTTPS_PROXY: 'http://b', no_proxy: ' x ', http_proxy: ' ' }), {
    https: 'https://a',
    noProxy: 'x',
  });
  for (const text of ['http://a', 'https://u:p@[::1]:3128/', 'a:1', 'proxy', ''])
    t.deepEqual(proxyProblems({ HTTPS_PROXY: text }, undefined), []);
});

const config = (
  source: string,
  symbols = 'from: static, list: [A]',
): string => `sources: { s: { type: kraken${source} } }
symbols: { mine: { ${symbols} } }
feeds: { q: { source: s, symbols: mine, data: quotes, every: 1m } }
`;
const refused = (text: string, env: Readonly<Record<string, string>>): readonly string[] => {
  const loaded = loadConfig({ env, cwd: directoryWith(text), listFault: () => undefined });
  return loaded.ok ? [] : loaded.problems.map(({ file }) => file);
};

test('only a proxy that a configured call would go through is looked at', t => {
  const both = { HTTP_PROXY: 'socks5://x', HTTPS_PROXY: 'socks5://x' };
  t.deepEqual(refused(config(''), both), ['HTTPS_PROXY']);
  t.deepEqual(refused(config(', baseUrl: "http://vendor.example"'), both), ['HTTP_PROXY']);
  t.deepEqual(refused(config(', baseUrl: "http://127.0.0.1:9000"'), both), [], 'this machine is called directly');
  t.deepEqual(refused(config(''), { ...both, NO_PROXY: 'kraken.com' }), []);
  const list = 'from: http-csv, preset: sp500';
  t.deepEqual(refused(config(', baseUrl: "http://127.0.0.1:9000"', list), both), ['HTTPS_PROXY', 'HTTP_PROXY']);
  t.deepEqual(refused(config('', list), { ...both, NO_PROXY: '*' }), []);
});

test('whoever only asks for a part of the configuration has no proxy looked at', t => {
  t.true(loadConfig({ env: { HTTPS_PROXY: 'socks5://x' }, cwd: directoryWith(config('')) }).ok);
});
