import { type FaultCode, FileFault } from '../table.js';

/** By what DuckDB says; whatever else it says, the file is broken. */
const causes: readonly (readonly [RegExp, FaultCode])[] = [
  [/^Out of Memory Error|Allocation failure/i, 'too-large'],
  [/encrypted|encryption/i, 'unsupported'],
  [/^Not implemented Error|unsupported|not supported/i, 'unsupported'],
  [/invalid (?:string encoding|unicode)|not valid UTF-?8/i, 'encoding'],
];

/** @param path of the file, which is left out of the message */
export function parquetFault(error: unknown, path: string): FileFault {
  if (error instanceof FileFault) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = causes.find(([pattern]) => pattern.test(message))?.[1] ?? 'structure';
  const [line = ''] = message.split('\n');
  return new FileFault(
    code,
    line
      .replaceAll(path, 'the file')
      .replaceAll(/\p{Cc}+/gu, ' ')
      .slice(0, 300),
  );
}
