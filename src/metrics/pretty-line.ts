import { plain } from './wording.js';

const colours: Readonly<Record<string, string>> = { debug: '2', info: '36', warn: '33', error: '31', fatal: '31' };

/**
 * One log line for people: time of day, level, sentence, and the fields of lines that are not events (the sentence of an event
 * says it all). Control characters are taken out: a vendor's text must not move the cursor.
 */
export function prettyLine(json: string, colour: boolean): string {
  const { time, level, msg, event, err, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const paint = (code: string, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const name = String(level);
  const said = plain(typeof msg === 'string' ? msg : '');
  const rest = event === undefined ? Object.entries(fields) : [];
  const pairs = rest.map(([key, value]) =>
    plain(`${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
  );
  return [
    paint('2', String(time).slice(11, 23)),
    paint(colours[name] ?? '0', name.toUpperCase().padEnd(5)),
    name === 'error' || name === 'fatal' ? paint('1', said) : said,
    ...(pairs.length > 0 ? [paint('2', pairs.join(' '))] : []),
    ...(err === undefined ? [] : [stackOf(err)]),
  ].join(' ');
}

const stackOf = (err: unknown): string => {
  const { stack, message } = Object(err) as { stack?: string; message?: string };
  const lines = (stack ?? message ?? JSON.stringify(err)).split('\n').map(plain);
  return `\n${lines.join('\n')}`;
};
