import { stringify } from 'yaml';

/** A value as it would stand in a configuration. */
export const yamlText = (value: unknown): string => stringify(value, { lineWidth: 0 });
