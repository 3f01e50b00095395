import type { Config } from '../config/options.js';
import type { Action } from '../ingest/letter-desk.js';
import type { Dealt, Selection } from '../log/dead-letters/selection.js';
import { realTime } from '../streams/time.js';
import { alone } from './alone.js';
import { letterDeskOf } from './letter-desk-of.js';
import type { Connect } from './log-place.js';
import { makePlan } from './make-plan.js';

export interface DealtAlone extends Dealt {
  /** Records that Kafka has not acknowledged: they wait in the log for the next start. */
  readonly unshipped?: number;
}

/**
 * Deals with dead letters where no instance runs: as the one writer of the log, which then is shipped as far as Kafka takes it.
 * @throws LogFailure, KafkaFailure
 */
export async function dealAlone(
  config: Config,
  action: Action,
  selection: Selection,
  connect?: Connect,
): Promise<DealtAlone> {
  const plan = makePlan(config, { userAgent: '', proxy: {}, once: false });
  const done = await alone(
    config,
    log =>
      letterDeskOf(config, plan, { log, time: realTime, report: () => undefined, ...(connect && { connect }) }).deal(
        action,
        selection,
      ),
    connect,
  );
  if (done === undefined) return nothing(selection);
  const { result, ...left } = done;
  return { ...result, ...left };
}

const nothing = (selection: Selection): Dealt => ({
  done: 0,
  before: 0,
  was: [],
  staying: 0,
  stay: [],
  unknown: 'letters' in selection ? selection.letters : [],
});
