import { utf16Of } from './body-text.js';

/**
 * What one answer may hold. The largest that vendors have (a month of minutes with extended hours, a listing) has about 120,000 values; building
 * objects of a few millions takes seconds of the only thread and hundreds of megabytes, which eight megabytes of `[],[],` are enough for.
 */
const maxValues = 300_000;

const [comma, list, object, lineFeed, carriageReturn] = Array.from(',[{\n\r', char => char.charCodeAt(0));

/**
 * Why these bytes are not taken apart; undefined for UTF-8 of ordinary size. Counts marks also inside of texts, which only refuses a little sooner.
 * Costs nothing below 300 kB, since each value has at least one byte, and about a nanosecond a byte above.
 * @param max of commas and opening brackets together, and of lines
 */
export function bodyFault(body: Uint8Array, max = maxValues): string | undefined {
  if (utf16Of(body)) return 'UTF-16 instead of UTF-8';
  if (body.length <= max) return undefined;
  let values = 0;
  let lines = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === comma || byte === list || byte === object) values += 1;
    else if (byte === lineFeed || (byte === carriageReturn && body[at + 1] !== lineFeed)) lines += 1;
  }
  return values > max || lines > max ? `more than ${max} values or lines in ${body.length} bytes` : undefined;
}
