/** First digits of a content's hash, as they stand in `fl-origin` and in names of files. */
export const file8 = (sha256: string): string => sha256.slice(0, 8);
