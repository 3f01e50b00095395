import { isSecret } from '../config/secret.js';

/** Every secret of a configuration, for the redactor. */
export function secretsOf(config: unknown): readonly string[] {
  if (isSecret(config)) return [config.reveal()];
  if (typeof config !== 'object' || config === null) return [];
  return Object.values(config).flatMap(secretsOf);
}
