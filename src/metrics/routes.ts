import { type Schema, schemas, symbolsQuery } from './schemas.js';
import type { Readiness, SymbolsQuery, View } from './view.js';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One question that the API answers. */
export interface Route {
  readonly path: string;
  readonly summary: string;
  /** Answered to everybody, whatever the token: a probe has none. */
  readonly open: boolean;
  readonly query?: Schema;
  readonly answers: Readonly<Record<number, Schema>>;
  readonly answer: (view: View, query: unknown) => Answer;
}

const ok = (body: unknown): Answer => ({ status: 200, body });

/** Everything that is answered in JSON. `openapi.ts` describes what stands here, and a test compares it with what is served. */
export const routes: readonly Route[] = [
  {
    path: '/livez',
    summary: 'The process turns',
    open: true,
    answers: { 200: schemas.live },
    answer: () => ok({ live: true }),
  },
  {
    path: '/readyz',
    summary: 'Ready for work; otherwise why not, component by component',
    open: true,
    answers: { 200: schemas.readiness, 503: schemas.readiness },
    answer: view => readiness(view.readiness()),
  },
  {
    path: '/api/v1/status',
    summary: 'The whole state at a glance',
    open: false,
    answers: { 200: schemas.status },
    answer: view => ok(view.status()),
  },
  {
    path: '/api/v1/symbols',
    summary: 'Symbols, how far each has come and what ails it; x-total-count says how many fit the query',
    open: false,
    query: symbolsQuery,
    answers: { 200: schemas.symbols },
    answer(view, query) {
      // The schema above has checked the query.
      const { total, symbols } = view.symbols(query as SymbolsQuery);
      return { status: 200, body: symbols, headers: { 'x-total-count': String(total) } };
    },
  },
  {
    path: '/api/v1/quota',
    summary: 'How much of each limit is used, by source',
    open: false,
    answers: { 200: schemas.quota },
    answer: view => ok(view.quota()),
  },
  {
    path: '/api/v1/feeds',
    summary: 'Feeds with lateness, freshness and counts',
    open: false,
    answers: { 200: schemas.feeds },
    answer: view => ok(view.feeds()),
  },
  {
    path: '/api/v1/files',
    summary: 'Files that wait, that are being read, and what became of the last ones',
    open: false,
    answers: { 200: schemas.files },
    answer: view => ok(view.files()),
  },
];

function readiness({ ready, draining, components }: Readiness): Answer {
  if (ready && !draining) return ok({ ready: true, components });
  const waiting = Object.keys(components).filter(name => !components[name]?.ready);
  const reason = draining ? 'draining' : waiting.length > 0 ? `not ready: ${waiting.join(', ')}` : 'starting';
  return { status: 503, body: { ready: false, reason, components } };
}
