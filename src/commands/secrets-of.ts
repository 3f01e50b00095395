import type { Config } from '../config/options.js';
import { isSecret } from '../config/secret.js';

/** Every secret of a configuration, for the redactor. */
export function secretsOf(config: unknown): readonly string[] {
  if (isSecret(config)) return [config.reveal()];
  if (typeof config !== 'object' || config === null) return [];
  return Object.values(config).flatMap(secretsOf);
}

/** Words that the configuration gives to things; one of them may be the same as a key, and is no secret for that. */
export const namesOf = ({ sources, symbols, feeds, topics, log }: Config): readonly string[] => [
  ...Object.keys(sources),
  ...Object.keys(symbols),
  ...Object.keys(feeds),
  ...Object.values(topics),
  ...Object.values(feeds).map(({ topic }) => topic),
  ...Object.values(symbols).flatMap(list => (list.from === 'static' ? list.list : [])),
  log.path,
];
