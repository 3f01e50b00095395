export function createTimetable() {
  const m = new Map<string, number>();
  const head = () => { let b: { id: string; dueMs: number } | undefined; for (const [id, dueMs] of m) if (!b || dueMs < b.dueMs) b = { id, dueMs }; return b; };
  return {
    set: (id: string, dueMs: number) => void m.set(id, dueMs),
    remove: (id: string) => void m.delete(id),
    peek: head,
    popDue: (now: number) => { const h = head(); if (!h || h.dueMs > now) return undefined; m.delete(h.id); return h; },
    dueOf: (id: string) => m.get(id),
    dueCount: (now: number, max: number) => { let n = 0; for (const d of m.values()) if (d <= now) n++; return Math.min(n, max); },
    get size() { return m.size; },
  };
}
