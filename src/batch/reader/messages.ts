import type { MappedChunk } from '../mapped.js';
import type { FaultCode } from '../table.js';
import type { ReadJob } from './job.js';

/** To the reader: a file, room for one more chunk, or that nobody wants more of it. */
export type ToReader =
  | { readonly kind: 'read'; readonly job: ReadJob }
  | { readonly kind: 'more' }
  | { readonly kind: 'stop' };

/** From the reader: each `read` is answered by chunks and one of the last two. `alive` now and then, while a chunk takes long. */
export type FromReader =
  | { readonly kind: 'chunk'; readonly chunk: MappedChunk }
  | { readonly kind: 'alive' }
  | { readonly kind: 'end' }
  | { readonly kind: 'fault'; readonly code: FaultCode; readonly message: string };

/** Chunks that are made before somebody takes one. */
export const chunksAhead = 2;
