import type { HttpAnswer, HttpRequest } from '../../src/http/edge.js';
import type { FeedSpec } from '../../src/ingest/feed-desk.js';
import type { Commit } from '../../src/log/log.js';
import { plain } from '../../src/log/packed/unpack.js';
import { askedFor, formOf, seriesOfKey } from './asked-for.js';
import type { Accuse } from './oracle.js';

/** What could not be used is a dead letter; nothing else is one. */
export interface LetterTruth {
  /** The process has got this answer, and it is none of those with data. */
  spoiled(request: HttpRequest, answer: HttpAnswer): void;
  /** It has got one with data. */
  delivered(form: string, symbols: readonly string[]): void;
  stored(commit: Commit): void;
  crashed(): void;
  ended(): void;
}

interface Letter {
  readonly code: string;
  readonly detail: string;
  readonly payload: string;
  readonly origin: { readonly feed: string; readonly symbol: string };
}

/** What of a body a letter keeps. */
const payloadChars = 65_536;

/**
 * An answer that is broken JSON has its letter in the commit that settles it, if the last answer of its series (of the first, where a call is for
 * several) was a good one: a vendor that goes on like that is reported once.
 * @param isFaulty the vendor gives broken answers at all
 */
export function createLetterTruth(feeds: readonly FeedSpec[], isFaulty: boolean, accuse: Accuse): LetterTruth {
  /** Series whose newest settled answer had no data. */
  const unsound = new Set<string>();
  /** By series: what has to be in a letter. */
  const owed = new Map<string, { readonly feed: string; readonly symbol: string; readonly payload: string }>();
  /** Series of which an answer with data is to be settled. */
  const served = new Set<string>();

  return {
    spoiled(request, { status, body }) {
      const { form, symbols } = askedFor(request);
      const feed = feeds.find(one => formOf(one) === form)?.feed.name;
      const name = `${symbols[0]}|${form}`;
      const text = Buffer.from(body).toString();
      if (feed === undefined || unsound.has(name) || status !== 200 || !isBrokenJson(text)) return;
      owed.set(name, { feed, symbol: symbols.join(), payload: text.slice(0, payloadChars) });
    },
    delivered(form, symbols) {
      for (const symbol of symbols) served.add(`${symbol}|${form}`);
    },
    stored({ batches, state = [] }) {
      const letters: Letter[] = [];
      for (const { topic, records } of batches.map(plain))
        for (const { value } of topic === 'dead' ? records : []) {
          const letter = JSON.parse(Buffer.from(value).toString()) as Letter;
          letters.push(letter);
          if (!isFaulty || letter.code !== 'malformed')
            accuse('letters-for-broken', `a dead letter (${letter.code}): ${letter.detail}`);
        }
      for (const [key] of state) {
        if (!key.startsWith('series/')) continue;
        const name = seriesOfKey(key);
        const { feed, symbol, payload } = owed.get(name) ?? {};
        const isWritten = letters.some(
          ({ code, origin, payload: held }) =>
            code === 'malformed' && origin.feed === feed && isOf(origin.symbol, symbol) && held === payload,
        );
        if (owed.delete(name) && !isWritten)
          accuse('letters-for-broken', `${name} was answered with broken JSON, and no letter says so`);
        if (served.delete(name)) unsound.delete(name);
        else unsound.add(name);
      }
    },
    crashed() {
      owed.clear();
      served.clear();
    },
    ended() {
      for (const name of owed.keys())
        accuse('letters-for-broken', `${name} was answered with broken JSON, and that is not in the log`);
    },
  };
}

/** A letter names as many symbols of a call as find room. */
const isOf = (named: string, symbols = ''): boolean =>
  named === symbols || (named.endsWith('…') && symbols.startsWith(named.slice(0, -1)));

function isBrokenJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}
