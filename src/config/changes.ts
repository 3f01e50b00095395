import { isSecret } from './secret.js';

/** The options in which two configurations differ, as paths; what one of them lacks is named as a whole. Secrets are compared and never shown. */
export function changedOptions(before: unknown, after: unknown, path = ''): readonly string[] {
  const here = [path];
  if (isSecret(before) && isSecret(after)) return before.reveal() === after.reveal() ? [] : here;
  if (!isGroup(before) || !isGroup(after) || Array.isArray(before) !== Array.isArray(after))
    return Object.is(before, after) ? [] : here;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const inside = keys.flatMap(key => changedOptions(before[key], after[key], path === '' ? key : `${path}.${key}`));
  return Array.isArray(before) && inside.length > 0 ? here : inside;
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !isSecret(value);
