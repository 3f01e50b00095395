/** What is due when: a priority queue by due time; of equal times the one that was set first comes first. All changes cost O(log n). */
export interface Timetable {
  readonly size: number;
  /** Adds `id`, or moves it. Set to the time that it has already, it keeps its place. */
  set(id: string, dueMs: number): void;
  /** False when it was not there. */
  remove(id: string): boolean;
  peek(): Due | undefined;
  /** Takes out the most overdue one whose time is at or before `nowMs`. */
  popDue(nowMs: number): Due | undefined;
  dueMs(id: string): number | undefined;
  /** How many are due at or before `nowMs`, counted up to `most`: costs what it counts, not what the timetable holds. */
  dueCount(nowMs: number, most: number): number;
}

export interface Due {
  readonly id: string;
  readonly dueMs: number;
}

interface Place extends Due {
  readonly order: number;
  at: number;
}

const before = (a: Place, b: Place): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

/** A binary heap in an array; each entry knows where it stands, so that any of them can be moved. Holds what was set and not yet taken. */
export function createTimetable(): Timetable {
  const heap: Place[] = [];
  const places = new Map<string, Place>();
  let order = 0;

  const put = (place: Place, at: number): void => {
    heap[at] = place;
    place.at = at;
  };

  function rise(place: Place): void {
    let at = place.at;
    while (at > 0) {
      const parent = heap[(at - 1) >> 1]!;
      if (!before(place, parent)) break;
      put(parent, at);
      at = (at - 1) >> 1;
    }
    put(place, at);
  }

  function sink(place: Place): void {
    let at = place.at;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && before(heap[right]!, heap[left]!) ? right : left;
      if (!before(heap[child]!, place)) break;
      put(heap[child]!, at);
      at = child;
    }
    put(place, at);
  }

  function take(place: Place): void {
    places.delete(place.id);
    const last = heap.pop()!;
    if (last === place) return;
    put(last, place.at);
    rise(last);
    sink(last);
  }

  const due = ({ id, dueMs }: Place): Due => ({ id, dueMs });

  return {
    get size() {
      return heap.length;
    },
    set(id, dueMs) {
      const old = places.get(id);
      if (old?.dueMs === dueMs) return;
      if (old) take(old);
      const place = { id, dueMs, order: order++, at: heap.length };
      places.set(id, place);
      heap.push(place);
      rise(place);
    },
    remove(id) {
      const place = places.get(id);
      if (place) take(place);
      return place !== undefined;
    },
    peek: () => (heap[0] ? due(heap[0]) : undefined),
    popDue(nowMs) {
      const first = heap[0];
      if (first === undefined || first.dueMs > nowMs) return undefined;
      take(first);
      return due(first);
    },
    dueMs: id => places.get(id)?.dueMs,
    dueCount(nowMs, most) {
      let count = 0;
      // Below one that is not due nothing is.
      const open = [0];
      while (open.length > 0 && count < most) {
        const at = open.pop()!;
        const place = heap[at];
        if (place === undefined || place.dueMs > nowMs) continue;
        count++;
        open.push(2 * at + 1, 2 * at + 2);
      }
      return count;
    },
  };
}
