import { createHash } from 'node:crypto';
import type { LogRecord } from '../../src/log/log.js';
import type { Market } from '../../src/simulator/market.js';
import type { TruthBar } from '../../src/simulator/truth.js';
import type { Accuse } from './oracle.js';
import type { Fresh, SeriesModel, Served } from './series-model.js';
import { canonical } from './truth-rows.js';

/** A record as its reader has it, for what is looked at here. */
export interface Found {
  readonly id: string;
  readonly kind: string;
  readonly interval?: string;
  readonly source: string;
  readonly symbol: string;
  readonly time: string;
  readonly date: string;
  readonly revision: number;
  readonly seenAt: string;
  readonly adjusted?: boolean;
  readonly final?: boolean;
  readonly open?: string;
  readonly high?: string;
  readonly low?: string;
  readonly close?: string;
  readonly previousClose?: string;
  readonly volume?: string;
  readonly price?: string;
  readonly bid?: string;
  readonly ask?: string;
}

const besidePrice = ['open', 'high', 'low', 'previousClose'] as const;

/** One record against the row of the answer from which it was made. */
export interface RecordCheck {
  check(model: SeriesModel, served: Served, record: LogRecord, found: Found, row: Fresh): void;
  readonly records: number;
}

/** @param checkIdOf the id of every so manieth record is computed anew */
export function createRecordCheck(market: Market, checkIdOf: number, accuse: Accuse): RecordCheck {
  const ids = new Set<string>();
  let records = 0;

  /** Time cannot change it any more, and whoever asked could know: a later bar came with it, or it had ended when it was asked for. */
  function hadEnded(
    { symbol, spec }: SeriesModel,
    { delivery, askedMs, isClockRight }: Served,
    bar: TruthBar,
  ): boolean {
    if (bar.startMs < delivery.newest!.startMs) return true;
    // When a day without a calendar ends is a matter of caution.
    if (!isClockRight || (bar.interval === '1d' && spec.calendar === undefined)) return false;
    return market.barAt(symbol, bar.interval, bar.startMs, askedMs)?.final === true;
  }

  return {
    get records() {
      return records;
    },
    check(model, served, { headers }, found, row) {
      const { truth, revision, time, date, values } = row;
      const isBar = 'startMs' in truth;
      const wrong = (name: string, is: unknown, should: unknown): void =>
        accuse('log-is-truth', `${model.name} ${time}: ${name} is ${String(is)}, not ${String(should)}`);
      if (found.time !== time) wrong('time', found.time, time);
      if (found.date !== date) wrong('date', found.date, date);
      if (found.revision !== revision) wrong('revision', found.revision, revision);
      if (found.symbol !== model.symbol) wrong('symbol', found.symbol, model.symbol);
      if (found.source !== 'alpha-vantage') wrong('source', found.source, 'alpha-vantage');
      if (isBar) {
        if (found.adjusted !== false) wrong('adjusted', found.adjusted, false);
        if (
          found.open !== truth.open ||
          found.high !== truth.high ||
          found.low !== truth.low ||
          found.close !== truth.close
        )
          wrong('bar', [found.open, found.high, found.low, found.close].join(), values);
        if ((found.volume ?? '') !== (truth.volume ?? '')) wrong('volume', found.volume, truth.volume);
        if (found.final === true && !truth.final && served.isClockRight)
          accuse('final-is-final', `${model.name} ${time} is called final and was still growing when it was served`);
        if (found.final !== true && hadEnded(model, served, truth))
          accuse('final-is-final', `${model.name} ${time} is not called final, and nothing can change it any more`);
      } else {
        const said = [found.price, found.volume, found.bid, found.ask].map(canonical).join(',');
        if (said !== values) wrong('quote', said, values);
        for (const name of besidePrice)
          if (canonical(found[name]) !== canonical(truth[name])) wrong(name, found[name], truth[name]);
      }
      const { id } = found;
      if (records % checkIdOf === 0) {
        const form = isBar ? `bar|${truth.interval}|false` : 'quote||';
        const should = uuid(`alpha-vantage|${model.symbol}|${form}|${time}|${revision}|${values}`);
        if (id !== should) wrong('id', id, should);
      }
      if (headers['fl-id'] !== id) wrong('fl-id', headers['fl-id'], id);
      if (ids.has(id)) accuse('ids-unique', `${model.name} ${time} revision ${revision} is in the log twice`);
      ids.add(id);
      if (found.seenAt < model.seenAt)
        accuse('seen-at-rises', `${model.name} ${time}: seen at ${found.seenAt}, after ${model.seenAt}`);
      model.seenAt = found.seenAt;
      records++;
    },
  };
}

const namespace = Buffer.from('820b754bc7375a3895ff009d8b59798b', 'hex');

/** UUIDv5 as the design has it, by itself: the ids of a log must stay what they were. */
function uuid(name: string): string {
  const hash = createHash('sha1').update(namespace).update(name).digest();
  hash[6] = (hash[6]! & 15) | 80;
  hash[8] = (hash[8]! & 63) | 128;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
