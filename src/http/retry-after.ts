/** The wait that a `Retry-After` header asks for: seconds, or a date measured against the answer's own `Date`. Undefined without a readable one. */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  if (!/[A-Za-z]/.test(text)) return undefined;
  const served = Date.parse(headers.date ?? '');
  const waitMs = Date.parse(text) - (Number.isNaN(served) ? nowMs : served);
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
