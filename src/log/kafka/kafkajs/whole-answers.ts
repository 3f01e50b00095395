const lengthBytes = 4;

/**
 * Passes bytes of one connection on only up to the end of an answer (four bytes of length, and what follows). KafkaJS keeps half an answer when its
 * connection is cut, and takes it for the beginning of what the next one brings: a length that is none, an error outside all promises, the end of the process.
 * Holds one answer.
 */
export function wholeAnswers(deliver: (bytes: Buffer) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let held = 0;
  let needed = lengthBytes;
  return chunk => {
    chunks.push(chunk);
    held += chunk.length;
    if (held < needed) return;
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    let end = 0;
    needed = lengthBytes;
    while (bytes.length - end >= lengthBytes) {
      needed = lengthBytes + bytes.readInt32BE(end);
      if (bytes.length - end < needed) break;
      end += needed;
      needed = lengthBytes;
    }
    const rest = bytes.subarray(end);
    chunks = [rest];
    held = rest.length;
    if (end > 0) deliver(bytes.subarray(0, end));
  };
}
