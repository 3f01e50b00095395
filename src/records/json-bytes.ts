const quote = 0x22;
const backslash = 0x5c;

/**
 * JSON as bytes, written into memory that is used again: texts put together first would be copied and encoded once more, which takes longer than making them.
 */
export class JsonBytes {
  /** Bytes written since the last `take`. */
  length = 0;
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);

  /** ASCII that needs no quotes and no escapes. */
  plain(text: string): void {
    const { length } = text;
    this.#room(length);
    const bytes = this.#bytes;
    let to = this.length;
    for (let at = 0; at < length; at++) bytes[to++] = text.charCodeAt(at);
    this.length = to;
  }

  /** `JSON.stringify` of a text. What needs no escapes, which is nearly all, is copied letter by letter. */
  quoted(text: string): void {
    const { length } = text;
    this.#room(length + 2);
    const bytes = this.#bytes;
    let to = this.length;
    bytes[to++] = quote;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code < 0x20 || code > 0x7e || code === quote || code === backslash) {
        this.any(JSON.stringify(text));
        return;
      }
      bytes[to++] = code;
    }
    bytes[to++] = quote;
    this.length = to;
  }

  /** Any text as it is, in UTF-8. */
  any(text: string): void {
    this.#room(text.length * 3);
    this.length += this.#bytes.write(text, this.length);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.length++] = value;
  }

  /** Leaves a place for `fill`. */
  gap(bytes: number): void {
    this.#room(bytes);
    this.length += bytes;
  }

  /** Writes a byte into what was written already. */
  fill(position: number, value: number): void {
    this.#bytes[position] = value;
  }

  /** What was written, or its first bytes, in memory of its own; begins anew with what is left. */
  take(length = this.length): Buffer {
    const taken = Buffer.allocUnsafeSlow(length);
    this.#bytes.copy(taken, 0, 0, length);
    this.#bytes.copy(this.#bytes, 0, length, this.length);
    this.length -= length;
    return taken;
  }

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.length + more));
    this.#bytes.copy(grown, 0, 0, this.length);
    this.#bytes = grown;
  }
}
