import { Registry } from 'prom-client';

export type { Registry };

/** Where metrics are kept until somebody scrapes. One an instance, never the library's global one: tests run several beside each other. */
export const createRegistry = (): Registry => new Registry();
