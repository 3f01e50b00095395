const maxDetail = 200;
/** A shorter key (`demo`) is an ordinary word, too: it is replaced only where it stands alone. */
const ordinaryLength = 8;
/** More of a text is not looked at: what is said is said at its beginning, and an answer may be megabytes of it. */
const maxRead = 4_000;

/** The beginning of a text, without its last word where it goes on: half a key is a key that nobody recognises. */
const beginning = (text: string): string =>
  text.length <= maxRead ? text : text.slice(0, maxRead).replace(/(?:^|\s)\S*$/, '');

/** Makes a vendor's text fit for people and logs: one line, no key, at most `max` characters. */
export type Redact = (text: string, max?: number) => string;

/**
 * A refusal may repeat the key in full. Besides the key itself (in any case, and as it stands in a URL), whatever stands where vendors are known to
 * repeat one is replaced too: an answer can be about another key than ours, as behind a proxy that adds its own.
 */
export function redactor(apiKey: string): Redact {
  const spellings = [apiKey, new URLSearchParams([['', apiKey]]).toString().slice(1)].filter(key => key !== '');
  const anyOf = spellings.map(key => key.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|') || '(?!)';
  const keys = new RegExp(anyOf, 'gi');
  const isShort = apiKey.length < ordinaryLength;
  const hide = (found: string, at: number, whole: string): string =>
    isShort && /[\p{L}\p{N}_-]/u.test(`${whole[at - 1] ?? ''}${whole[at + found.length] ?? ''}`) ? found : '***';
  return (text, max = maxDetail) => {
    // Zeros between its letters, as of a text read in a wrong coding, would hide a key.
    const line = beginning(text)
      .replaceAll('\0', '')
      .replace(keys, hide)
      .replace(/(API key as\s+)\S+/gi, '$1***')
      .replace(/((?:api_?key|token)=)[^\s&"']+/gi, '$1***')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .slice(0, max)
      .replace(/\p{Surrogate}/gu, '');
    return line === '' && text.trim() !== '' ? 'unreadable text' : line;
  };
}
