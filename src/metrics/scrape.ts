import type { Registry } from 'prom-client';
import type { Time } from '../streams/time.js';
import type { Redactor } from './redactor.js';

const keepMs = 1000;

/**
 * The metrics as text, made at most once a second however many ask: a scrape walks over all series on the event loop that polls.
 * Redacts inside quotes only, because a secret of digits must not eat a number.
 */
export function createScrape(
  registry: Registry,
  redact: Redactor,
  time: Pick<Time, 'monotonicMs'>,
): () => Promise<string> {
  let kept: { text: Promise<string>; atMs: number } | undefined;
  const render = async (): Promise<string> => {
    const text = await registry.metrics();
    return text.replace(/"(?:[^"\\]|\\.)*"/g, redact.text);
  };
  return () => {
    const nowMs = time.monotonicMs();
    if (!kept || nowMs - kept.atMs >= keepMs) kept = { text: render(), atMs: nowMs };
    return kept.text;
  };
}
