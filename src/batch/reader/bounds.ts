import { realTime, type Time } from '../../streams/time.js';

export interface ReaderBounds {
  /** Bytes that a reader may hold resident. */
  readonly maxBytes: number;
  /** A reader that brings nothing for so long, while it is asked, is ended. */
  readonly silentMs: number;
  readonly time: Time;
}

/** DuckDB and a chunk of rows. Files take real time, also in a simulated day. */
export const readerBounds: ReaderBounds = { maxBytes: 512 * 2 ** 20, silentMs: 120_000, time: realTime };
