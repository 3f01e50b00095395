// A string without its end is taken to the end of the text: else every quote in it would start a new search, which is quadratic.
const token = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

// A number can only follow a key's colon, a bracket or a comma. May be fooled by a text, which only costs the slower way.
const mayHoldNumber = /"\s*:\s*-?\d|[[,]\s*-?\d/;

/**
 * `JSON.parse` that keeps each number as the text it was sent as: `1.10` and `12345678901234567890` would lose digits as floats.
 * (Node 20 has no access to a number's source text in a reviver.) Measured: 2.5 MB take 95 ms,
 * with `JSON.parse` alone 28.
 * @throws SyntaxError when `text` is not JSON.
 */
export function exactJson(text: string): unknown {
  const clean = text.replace(/^\uFEFF/, '');
  if (!mayHoldNumber.test(clean) && !/^\s*-?\d/.test(clean)) return JSON.parse(clean);
  return JSON.parse(clean.replace(token, part => (part.startsWith('"') ? part : `"${part}"`)));
}
