const maxDetail = 200;

/** Makes a vendor's text fit for people and logs: one line, no key, at most `max` characters. */
export type Redact = (text: string, max?: number) => string;

/**
 * A refusal may repeat the key in full. Besides the key itself (in any case, and as it stands in a URL), whatever stands where vendors are known to
 * repeat one is replaced too: an answer can be about another key than ours, as behind a proxy that adds its own.
 */
export function redactor(apiKey: string): Redact {
  const spellings = [apiKey, new URLSearchParams([['', apiKey]]).toString().slice(1)].filter(key => key !== '');
  const keys = new RegExp(spellings.map(key => key.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|') || '(?!)', 'gi');
  return (text, max = maxDetail) =>
    text
      .replace(keys, '***')
      .replace(/(API key as\s+)\S+/gi, '$1***')
      .replace(/((?:api_?key|token)=)[^\s&"']+/gi, '$1***')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .slice(0, max)
      .replace(/\p{Surrogate}/gu, '');
}
