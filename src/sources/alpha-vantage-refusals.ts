import type { Outcome } from './outcome.js';
import type { Redact } from './redact.js';

/** What a text without data means, first match wins. A text is never proof that there are no data: the caller looks for those first. */
const meanings: readonly (readonly [
  RegExp,
  (detail: string) => Exclude<Outcome, { kind: 'records' | 'unchanged' }>,
])[] = [
  // Before the day: the burst text of free keys also says "25 requests per day", and before the plan: it also says "all premium endpoints".
  [
    /spreading out|burst pattern|too many requests|error code: 1015/i,
    detail => ({ kind: 'refused', by: 'burst', detail }),
  ],
  // Before the day: "5 calls per minute and 500 calls per day" passes with the minute.
  [/(?:calls|requests) per minute|minute-level/i, detail => ({ kind: 'refused', by: 'minute', detail })],
  [/(?:calls|requests) per day|daily (?:rate )?(?:limit|quota)/i, detail => ({ kind: 'refused', by: 'day', detail })],
  [/apikey is invalid|invalid api ?key|demo\W+API key/i, detail => ({ kind: 'denied', by: 'key', detail })],
  [/outputsize=full/i, detail => ({ kind: 'denied', by: 'depth', detail })],
  [/premium (?:endpoint|feature|plan)|artificial|entitle/i, detail => ({ kind: 'denied', by: 'entitlement', detail })],
  // The function is wrong for every symbol: asking again is as vain as for another symbol, and no symbol is to blame.
  [/API function .*does not exist/i, detail => ({ kind: 'denied', by: 'entitlement', detail })],
  [/invalid API call/i, detail => ({ kind: 'unknown-symbol', detail })],
  [/Accept header/i, detail => ({ kind: 'malformed', detail })],
];

/** Texts that stand in for rows, by the key they came under (lower case; '' for a body that is plain text). */
export type Texts = ReadonlyMap<string, string>;

/** What the texts of an answer without data mean; undefined if there are none that say anything known, and none under a key that only refuses. */
export function refusalOf(
  texts: Texts,
  redact: Redact,
): Exclude<Outcome, { kind: 'records' | 'unchanged' }> | undefined {
  for (const [pattern, meaning] of meanings) {
    for (const text of texts.values()) if (pattern.test(text.slice(0, 4000))) return meaning(redact(text));
  }
  const text = texts.get('note') ?? texts.get('information');
  // A wording that nobody has met: the vendor uses these two keys to refuse, and a pause is the refusal that costs least if that is wrong.
  return text === undefined ? undefined : { kind: 'refused', by: 'minute', detail: redact(text) };
}
