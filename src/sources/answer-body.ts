import type { HttpAnswer } from '../http/edge.js';
import { bodyFault } from './body-fault.js';
import { exactJson } from './exact-json.js';
import { uniformJson } from './uniform-rows.js';

/** What an answer's bytes are, decided by the first byte that is not blank: content types of vendors are not to be relied on. */
export type AnswerBody =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'html' }
  | { readonly kind: 'unreadable'; readonly detail: string }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text'; readonly text: string };

/**
 * Reads UTF-8 with or without BOM. Bytes that are no UTF-8 become U+FFFD: a number that holds one is refused as a number, a name survives.
 * @param isBlock which key holds rows, where there may be many: they may come as `UniformRows`
 */
export function readBody(answer: HttpAnswer, isBlock?: (key: string) => boolean): AnswerBody {
  const fault = bodyFault(answer.body);
  if (fault !== undefined) return { kind: 'unreadable', detail: fault };
  const text = new TextDecoder().decode(answer.body);
  const start = /[^\s\0]/.exec(text);
  if (!start) return { kind: 'nothing' };
  if (start[0] === '<') return { kind: 'html' };
  if (start[0] !== '{' && start[0] !== '[') return { kind: 'text', text };
  try {
    return { kind: 'json', value: (isBlock && uniformJson(text, isBlock)) ?? exactJson(text) };
  } catch {
    return { kind: 'unreadable', detail: `JSON that is cut or broken, ${answer.body.length} bytes` };
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An own property; `__proto__` and `constructor` in a body are keys like others. */
export const own = (object: JsonObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);
