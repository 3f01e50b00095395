/** Environment variables as an argument. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The process's own variables: the only place that reads them. */
export const processEnv = (): Env => process.env;

/** The proxy that the environment asks for, in the usual variables of either case. */
export const proxyOf = (env: Env): { http?: string; https?: string; noProxy?: string } => {
  const read = (name: string): string | undefined => env[name] || env[name.toUpperCase()];
  const [http, https, noProxy] = [read('http_proxy'), read('https_proxy'), read('no_proxy')];
  return { ...(http && { http }), ...(https && { https }), ...(noProxy && { noProxy }) };
};
