export interface NamedFile {
  /** What `fileName` would be; the group `symbol` is the symbol. */
  readonly fileName: string;
  readonly symbol: string;
  /** No piece of the name looks like a symbol: it is all of it. */
  readonly isAssumed?: true;
  /** Pattern over the names of such files. */
  readonly match: string;
  /** Name for a dataset of them. */
  readonly dataset: string;
}

interface Piece {
  readonly text: string;
  readonly at: number;
}

const endings = /(?:\.(?:csv|tsv|txt|ndjson|jsonl|json|parquet|gz|zst|bz2))+$/i;
const capitals = /^[A-Z^][A-Z0-9=]{0,11}$/;
/** Numbers of listed companies in Asia; with their exchange shorter ones, too. */
const listedNumber = /^(?!19|20)\d{6}$/;
/** Capitals that say what a file is, not whose. */
const noSymbol =
  /^(?:CSV|TSV|JSON|OHLC|OHLCV|EOD|UTC|GMT|EST|EDT|DATA|DAILY|HOURLY|PRICES?|STOCKS?|BARS?|QUOTES?|FX|ETF|USA?|M1|M5|M15|M30|H1|H4|D1|W1|MN1?|I|DAT|ASCII|TICKS?|BID|ASK|MID|HIST|FULL|ALL|TEST|EXPORT|FILE|COPY|WKN|ISIN|V\d+)$/;

/** Looks for a symbol among the pieces of a file's name: one in capitals, or a number with its exchange, as in `AAPL_1min.csv` and `yahoo-4063-T-1d.csv`. */
export function symbolInName(name: string, isWanted: boolean): NamedFile {
  const stem = name.replace(endings, '');
  const ending = name.slice(stem.length);
  const exact: NamedFile = {
    symbol: stem,
    fileName: `^(?<symbol>.+)${literally(ending)}$`,
    isAssumed: true,
    match: patternOf(name),
    dataset: datasetName(stem),
  };
  if (!isWanted) return exact;
  const pieces = [...stem.matchAll(/[A-Za-z0-9^=]+/g)].map(found => ({ text: found[0], at: found.index }));
  const isSymbol = ({ text }: Piece): boolean => capitals.test(text) && !noSymbol.test(text);
  const found = pieces.findIndex((piece, index) => isPair(piece, pieces[index + 1]) || isSymbol(piece));
  const first = found >= 0 ? found : pieces.findIndex(({ text }) => listedNumber.test(text));
  const piece = pieces[first];
  if (piece === undefined) return exact;
  const next = pieces[first + 1];
  const last = isPair(piece, next) ? next! : piece;
  const end = last.at + last.text.length;
  const [before, after] = [stem.slice(0, piece.at), stem.slice(end)];
  const letters = last === piece ? '[A-Z0-9.^=]+' : '[A-Z0-9.^=-]+';
  const rest = datasetName(`${before}-${after}`.replaceAll(/[^A-Za-z0-9]+/g, '-'));
  return {
    symbol: stem.slice(piece.at, end),
    fileName: `^${literally(before)}(?<symbol>${letters})${literally(after === '' ? ending : after)}`,
    match: `${patternOf(before)}*${patternOf(after)}${ending}`,
    dataset: rest === 'file' ? 'prices' : rest,
  };
}

/** `4063-T`, `600104.SHH`: a number and its exchange. */
const isPair = ({ text, at }: Piece, next: Piece | undefined): boolean =>
  next !== undefined &&
  /^\d{4,6}$/.test(text) &&
  /^[A-Z]{1,3}$/.test(next.text) &&
  !noSymbol.test(next.text) &&
  next.at === at + text.length + 1;

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** The name itself as a pattern: marks that patterns read in their own way stand for any character. */
const patternOf = (name: string): string => name.replaceAll(/[\\*?[\]{}()!+@]/g, '?');

/** Letters, digits, `-` and `_`, not digits alone. */
export function datasetName(text: string): string {
  const plain = text
    .normalize('NFD')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^[-_]+|[-_]+$/g, '')
    .toLowerCase()
    .slice(0, 60);
  return /[a-z]/.test(plain) ? plain : `file-${plain}`.replace(/-$/, '');
}
