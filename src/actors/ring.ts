/** First in, first out in one array: `shift()` on a long array costs its length. */
export interface Ring<T extends object> {
  readonly size: number;
  push(item: T): void;
  take(): T | undefined;
}

/** Grows by doubling and never shrinks; the caller holds the bound. */
export function createRing<T extends object>(): Ring<T> {
  let slots: (T | undefined)[] = Array.from({ length: 16 });
  let head = 0;
  let size = 0;

  return {
    get size() {
      return size;
    },
    push(item) {
      if (size === slots.length) {
        slots = slots.slice(head).concat(slots.slice(0, head));
        slots.length = size * 2;
        head = 0;
      }
      slots[(head + size) % slots.length] = item;
      size += 1;
    },
    take() {
      if (size === 0) return undefined;
      const item = slots[head];
      slots[head] = undefined;
      head = (head + 1) % slots.length;
      size -= 1;
      return item;
    },
  };
}
