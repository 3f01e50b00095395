import type { Listed } from '../sources/source.js';

/** The last good list as it is kept in the log's state. */
export interface StoredList {
  /** `listFingerprint` of the spec it was made for. */
  readonly fingerprint: string;
  /** Epoch ms of the newest snapshot that was accepted, changed or not. */
  readonly confirmedAtMs: number;
  readonly symbols: readonly Listed[];
}

export const listStateKey = (list: string): string => `list/${list}`;

export const encodeStoredList = (list: StoredList): Uint8Array => Buffer.from(JSON.stringify(list));

/** Undefined for no bytes and for bytes of another shape: a list can be read again, so nothing is lost by starting over. */
export function decodeStoredList(bytes: Uint8Array | undefined): StoredList | undefined {
  if (!bytes) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    return isStoredList(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** When the stored list of this very spec was last confirmed: what `listSnapshots` wants to know. */
export function confirmedAtMs(bytes: Uint8Array | undefined, fingerprint: string): number | undefined {
  const stored = decodeStoredList(bytes);
  return stored?.fingerprint === fingerprint ? stored.confirmedAtMs : undefined;
}

function isStoredList(value: unknown): value is StoredList {
  const { fingerprint, confirmedAtMs: at, symbols } = (value ?? {}) as Partial<StoredList>;
  return (
    typeof fingerprint === 'string' &&
    Number.isFinite(at) &&
    Array.isArray(symbols) &&
    symbols.every(one => typeof (one as Partial<Listed> | null)?.symbol === 'string')
  );
}
