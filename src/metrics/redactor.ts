/** Replaces secrets by `***` in whatever leaves the process. */
export interface Redactor {
  readonly text: (text: string) => string;
  /** For JSON: strings and keys are redacted, and what comes out is JSON again even where a secret looks like a number. */
  readonly json: (json: string) => string;
}

/** A shorter secret (`demo`, `test`) is an ordinary word, too: replaced wherever its letters stand, it would shred every text. */
const ordinaryLength = 8;
/** Shorter ones are let be: no vendor issues such keys. */
const leastLength = 4;

/**
 * The last line of defence: secrets are wrapped where they are read and should never get here. Knows each value as it is and as it
 * looks inside a URL, a form, a JSON string or base64; a value of less than eight characters only as a word of its own.
 * @param names words of the configuration that stay as they are, whatever the secrets are
 */
export function redactor(secrets: readonly string[], names: readonly string[] = []): Redactor {
  const clear = secrets.map(value => value.trim()).filter(value => value.length >= leastLength);
  const long = clear.filter(value => value.length >= ordinaryLength).flatMap(spellingsOf);
  const short = clear.filter(value => value.length < ordinaryLength).flatMap(plainSpellingsOf);
  const kept = new Set(names.filter(name => [...long, ...short].some(value => name.includes(value))));
  const everywhere = patternOf(new Map([...long.map(asIs), ...[...kept].map(asWord)]));
  const words = patternOf(new Map([...short.map(asWord), ...long.map(asIs), ...[...kept].map(asWord)]));
  const anyOfThem = patternOf(new Map([...long, ...short].map(asIs)));

  const by = (pattern: RegExp) => (text: string) => text.replace(pattern, found => (kept.has(found) ? found : '***'));
  const text = by(words);
  const key = by(everywhere);
  const inside = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(inside);
    if (typeof value !== 'object' || value === null) return value;
    // A key is our own word or a name, so a short secret there is a coincidence.
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [key(name), inside(member)]));
  };
  // Most lines hold nothing, and are not taken apart.
  const json = (line: string): string => (line.search(anyOfThem) < 0 ? line : JSON.stringify(inside(JSON.parse(line))));

  return { text, json };
}

function plainSpellingsOf(secret: string): readonly string[] {
  const inUrl = encodeURIComponent(Buffer.from(secret).toString());
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [
    ...new Set([
      secret,
      inUrl,
      inUrl.replaceAll('%20', '+'),
      inUrl.replace(/%../g, byte => byte.toLowerCase()),
      inJson,
    ]),
  ];
}

function spellingsOf(secret: string): readonly string[] {
  const escaped = (hex: (digits: string) => string) =>
    secret.replace(/[^A-Za-z0-9]/g, unit => `\\u${hex(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`);
  const inJson = [
    JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
    escaped(digits => digits),
    escaped(digits => digits.toUpperCase()),
  ];
  const base64 = [0, 1, 2].map(shift => inBase64(secret, shift));
  const inUrl = base64.map(text => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([...plainSpellingsOf(secret), ...inJson, ...base64, ...inUrl])];
}

/** The characters of a base64 text that are the secret's alone, where `shift` bytes (modulo 3) stand before it. */
function inBase64(secret: string, shift: number): string {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
  return bytes.toString('base64').slice(Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6));
}

type Alternative = readonly [text: string, pattern: string];

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
const asIs = (text: string): Alternative => [text, literally(text)];
/**
 * `demo` stands alone in `key demo.` and `key=demo`, and not in `demo-feed`, `demonstrate` and `demo.yaml`. What may stand before is asked
 * after the word was found: at every place of a text it would cost too much.
 */
function asWord(text: string): Alternative {
  const word = literally(text);
  return [text, `${word}(?<!(?:[\\p{L}\\p{N}_-]|[\\p{L}\\p{N}]\\.)${word})(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])`];
}

/** The longest first, so that a secret that contains another leaves nothing behind. */
function patternOf(alternatives: ReadonlyMap<string, string>): RegExp {
  const ordered = [...alternatives].sort(([a], [b]) => b.length - a.length).map(([, pattern]) => pattern);
  return new RegExp(ordered.join('|') || '(?!)', 'gu');
}
