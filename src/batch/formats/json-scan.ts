import type { Cell } from '../table.js';

/** What is no JSON, and where: an index into the text. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Takes a value by its path, keys joined by dots. Lists are text. */
export type TakeCell = (path: string, cell: Cell) => void;

const maxDepth = 64;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const halfCharacter = /\p{Surrogate}/u;

const quote = 34;
const comma = 44;
const colon = 58;
const openList = 91;
const backslash = 92;
const closeList = 93;
const openObject = 123;
const closeObject = 125;

/** Walks through JSON without making objects of it: numbers keep the digits that were written, and a key that comes twice is met twice. */
export class JsonScan {
  readonly text: string;
  at: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  /** The next character that is no blank, as its code; NaN at the end. */
  peek(): number {
    for (; ; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return code;
    }
  }

  get isObject(): boolean {
    return this.peek() === openObject;
  }

  get isList(): boolean {
    return this.peek() === openList;
  }

  get isEnd(): boolean {
    return Number.isNaN(this.peek());
  }

  /**
   * Goes over one value. With `take`, its cells are given away: under `path`, or for objects under the paths of their members.
   * @throws JsonFault
   */
  value(take?: TakeCell, path?: string, depth = 0): void {
    const code = this.peek();
    const start = this.at;
    if (depth > maxDepth) throw this.#fault(`more than ${maxDepth} levels`);
    if (code === quote) {
      const text = this.string();
      take?.(path ?? '', text);
    } else if (code === openObject)
      this.members(key => this.value(take, take && path !== undefined ? `${path}.${key}` : key, depth + 1));
    else if (code === openList) {
      this.items(() => this.value(undefined, undefined, depth + 1));
      take?.(path ?? '', this.text.slice(start, this.at));
    } else if (this.#word('true')) take?.(path ?? '', 'true');
    else if (this.#word('false')) take?.(path ?? '', 'false');
    else if (this.#word('null')) take?.(path ?? '', null);
    else {
      const end = this.#endOfNumber();
      this.at = end;
      take?.(path ?? '', this.text.slice(start, end));
    }
  }

  /** Goes over an object; `member` goes over the value of each key. */
  members(member: (key: string) => void): void {
    this.#enter(openObject);
    if (this.peek() === closeObject) this.at++;
    else
      do {
        if (this.peek() !== quote) throw this.#fault('a key is missing');
        const key = this.string();
        if (this.peek() !== colon) throw this.#fault('a colon is missing');
        this.at++;
        member(key);
      } while (this.#goesOn(closeObject));
  }

  /** Goes over a list; `item` goes over each of its values. */
  items(item: () => void): void {
    for (const _ of this.eachItem()) item();
  }

  /** Stands before each value of a list in turn; who asks for the next one has gone over it. */
  *eachItem(): Generator<number> {
    this.#enter(openList);
    if (this.peek() === closeList) this.at++;
    else
      do yield this.at;
      while (this.#goesOn(closeList));
  }

  /** The string that begins here. */
  string(): string {
    const { text } = this;
    const start = this.at;
    let isEscaped = false;
    let end = start + 1;
    for (; ; end++) {
      const code = text.charCodeAt(end);
      if (code === quote) break;
      if (code === backslash) {
        isEscaped = true;
        end++;
      } else if (!(code >= 32))
        throw this.#fault(code < 32 ? 'a control character in a string' : 'a string without an end');
    }
    this.at = end + 1;
    return isEscaped ? this.#unescaped(start) : text.slice(start + 1, end);
  }

  #unescaped(start: number): string {
    let value: string;
    try {
      value = JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      throw new JsonFault('a string with an escape that is none', start);
    }
    if (halfCharacter.test(value)) throw new JsonFault('a string with half a character', start);
    return value;
  }

  #enter(code: number): void {
    if (this.peek() !== code) throw this.#fault(`no ${String.fromCharCode(code)}`);
    this.at++;
  }

  #goesOn(close: number): boolean {
    const code = this.peek();
    if (code !== comma && code !== close)
      throw this.#fault(Number.isNaN(code) ? 'it ends in the middle' : 'a comma is missing');
    this.at++;
    return code === comma;
  }

  #word(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  #endOfNumber(): number {
    number.lastIndex = this.at;
    if (!number.test(this.text)) throw this.#fault(this.isEnd ? 'it ends in the middle' : 'no value');
    return number.lastIndex;
  }

  #fault(message: string): JsonFault {
    return new JsonFault(message, this.at);
  }
}
