import type { HttpAnswer } from '../http/edge.js';
import { textsOf } from './alpha-vantage-fields.js';
import { refusalOf } from './alpha-vantage-refusals.js';
import { isObject, readBody } from './answer-body.js';
import { type Failure, statusFailure } from './http-status.js';
import type { Redact } from './redact.js';

/** What can be read of an answer: JSON or text (CSV). What cannot is an outcome already. HTTP status first, then what the bytes are. */
export type Readable =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text'; readonly text: string }
  | Failure;

/** Two or three are usual; each is looked at several times. */
const maxKeys = 1_000;

/**
 * @param nowMs NaN where unknown
 * @param isBlock which key holds the rows of a series
 */
export function readAnswer(
  answer: HttpAnswer,
  nowMs: number,
  redact: Redact,
  isBlock?: (key: string) => boolean,
): Readable {
  const body = readBody(answer, isBlock);
  if (body.kind === 'json' && isObject(body.value) && Object.keys(body.value).length > maxKeys)
    return { kind: 'malformed', detail: `more than ${maxKeys} keys at the top of the answer` };
  const said = body.kind === 'json' && isObject(body.value) ? refusalOf(textsOf(body.value), redact) : undefined;
  const failure = statusFailure(answer, nowMs, said);
  if (failure) return failure;
  if (body.kind === 'nothing') return { kind: 'malformed', detail: 'empty body' };
  // Seen under load, with status 200.
  if (body.kind === 'html') return { kind: 'unavailable', detail: 'an HTML page instead of data' };
  if (body.kind === 'unreadable') return { kind: 'malformed', detail: body.detail };
  return body;
}
