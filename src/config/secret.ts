import { inspect } from 'node:util';

/** A value that shows itself only on request: every printed form of it is `***`. Made by `secret`. */
export interface Secret {
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

const mask = '***';
// The text lives outside the object, so that no inspector, debugger dump or spread of it meets the text by walking properties.
const texts = new WeakMap<object, string>();

const shown = Object.freeze({
  reveal(this: object): string {
    const text = texts.get(this);
    if (text === undefined) throw new TypeError('reveal() needs its secret: call it as secret.reveal()');
    return text;
  },
  toString: () => mask,
  toJSON: () => mask,
  [Symbol.toPrimitive]: () => mask,
  [inspect.custom]: () => mask,
});

export function secret(text: string): Secret {
  const made = Object.freeze(Object.create(shown) as Secret);
  texts.set(made, text);
  return made;
}

export const isSecret = (value: unknown): value is Secret =>
  typeof value === 'object' && value !== null && texts.has(value);
