import { type ProxySettings, proxyFor } from '../http/proxy.js';
import { vendorOf } from '../sources/vendors.js';
import type { Env } from './environment.js';
import type { Config } from './options.js';
import type { Problem } from './problem.js';

/** The usual variables; each also in capitals, where the small one comes first. */
const names = { http: 'http_proxy', https: 'https_proxy', noProxy: 'no_proxy' } as const;

interface Variable {
  readonly name: string;
  readonly text: string;
}

/** The proxies that the environment names. One that cannot be used is left out: `proxyProblems` has refused it where it would be needed. */
export function proxyOf(env: Env): ProxySettings {
  const [http, https] = [usable(read(env, names.http)), usable(read(env, names.https))];
  const noProxy = read(env, names.noProxy)?.text;
  return { ...(http && { http }), ...(https && { https }), ...(noProxy !== undefined && { noProxy }) };
}

/**
 * Variables that name no usable proxy: met while running, each would make every call fail, and count as spent. No message shows a value, which may hold
 * a password.
 * @param config where it is known: a variable that none of its calls would use is nobody's mistake
 */
export function proxyProblems(env: Env, config: Pick<Config, 'sources' | 'symbols'> | undefined): readonly Problem[] {
  return (['http', 'https'] as const).flatMap(scheme => {
    const variable = read(env, names[scheme]);
    const fault = variable && faultOf(variable.text);
    if (fault === undefined || (config && !isUsed(scheme, env, config))) return [];
    const mend =
      'Write `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`, with `%40` for `@` and `%25` for `%` in the two; or unset it for this program.';
    return [{ code: 'wrong-value', file: variable!.name, path: '', message: `As a proxy, ${fault}.`, mend }];
  });
}

function read(env: Env, name: string): Variable | undefined {
  const found = [name, name.toUpperCase()].find(spelling => env[spelling]?.trim());
  return found === undefined ? undefined : { name: found, text: env[found]!.trim() };
}

/** Without a scheme it is http, as curl takes it: `proxy.example:3128` would else be a scheme with a path. */
const addressOf = (text: string): string => (text.includes('://') ? text : `http://${text}`);

const usable = (variable: Variable | undefined): string | undefined =>
  variable && faultOf(variable.text) === undefined ? addressOf(variable.text) : undefined;

function faultOf(text: string): string | undefined {
  const address = addressOf(text);
  if (!URL.canParse(address)) return 'it is no address';
  const { protocol, username, password, pathname, search, hash } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'https:') return 'its scheme is neither http nor https';
  if (!isDecodable(username) || !isDecodable(password))
    return 'its user or password holds a `%` that stands for nothing';
  // Most likely of a password: its `/`, `?` or `#` ended what was read as the host.
  if (pathname !== '/' || search !== '' || hash !== '') return 'it goes on after the host and port';
  return undefined;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function isUsed(
  scheme: 'http' | 'https',
  env: Env,
  { sources, symbols }: Pick<Config, 'sources' | 'symbols'>,
): boolean {
  const addresses = Object.values(sources).map(({ type, baseUrl }) => baseUrl ?? vendorOf(type)!.baseUrl);
  // A list on the web may lead on to any public host.
  if (Object.values(symbols).some(({ from }) => from === 'http-csv')) addresses.push(`${scheme}://anywhere.example`);
  const settings = { [scheme]: 'set', noProxy: read(env, names.noProxy)?.text ?? '' };
  return addresses.some(address => proxyFor(new URL(address), settings) !== undefined);
}
