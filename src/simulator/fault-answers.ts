import { constants, gzipSync } from 'node:zlib';
import { type Answer, htmlAnswer, objectAnswer } from './answer.js';
import type { FaultName } from './faults.js';
import type { Plan } from './plans.js';
import type { Asked } from './query.js';
import { artificialQuotes } from './quote-answer.js';
import { burst, day, minute, note } from './refusals.js';

/** How an answer travels. `cut` and `stall` stop after half of the body. */
export type Carriage = 'whole' | 'reset' | 'cut-length' | 'cut-chunked' | 'stall';

let bomb: Buffer | undefined;

/** 512 gzip members of 1 MiB of blanks each: small here, large there. Made at the first use. */
function gzipBomb(): Buffer {
  const member = gzipSync(Buffer.alloc(1024 * 1024, ' '), { level: constants.Z_BEST_COMPRESSION });
  bomb ??= Buffer.concat(Array.from({ length: 512 }, () => member));
  return bomb;
}

/** Without what it delivered: nobody can have read these rows. */
const replaced = (answer: Answer, change: (text: string) => string): Answer => ({
  status: answer.status,
  headers: answer.headers,
  body: Buffer.from(change(answer.body.toString())),
});

const refused = (status: number, retryAfter: string): Answer => ({
  ...htmlAnswer(status, status === 418 ? "I'm a teapot" : 'Too Many Requests'),
  headers: { 'Content-Type': 'text/html; charset=utf-8', 'Retry-After': retryAfter },
});

const suffix = ' - DATA DELAYED BY 15 MINUTES';

export interface FaultContext {
  readonly asked: Asked;
  readonly plan: Plan;
  readonly nowMs: number;
  readonly redirectTo: string;
  /** The answer that would be given; not asked for by faults that replace it. */
  readonly good: () => Answer;
}

/** The answer that a fault makes of a good one, and how it travels. */
export function faulty(fault: FaultName, { asked, plan, nowMs, redirectTo, good }: FaultContext): [Answer, Carriage] {
  const whole = (answer: Answer): [Answer, Carriage] => [answer, 'whole'];
  switch (fault) {
    case 'reset':
      return [htmlAnswer(500, 'never sent'), 'reset'];
    case 'refuse-burst':
      return whole(objectAnswer(burst(plan)));
    case 'refuse-minute':
      return whole(objectAnswer(minute(plan)));
    case 'refuse-note':
      return whole(objectAnswer(note));
    case 'refuse-day':
      return whole(objectAnswer(day(plan, asked.key)));
    case 'unavailable':
      return whole(htmlAnswer(503, 'Application Error'));
    case 'forbidden':
      return whole(htmlAnswer(403, 'Attention Required! | Cloudflare'));
    case 'retry-after-seconds':
      return whole(refused(429, '2'));
    case 'retry-after-date':
      return whole(refused(429, new Date(nowMs + 2000).toUTCString()));
    case 'banned':
      return whole(refused(418, '120'));
    case 'html':
      return whole(htmlAnswer(200, 'Alpha Vantage'));
    case 'redirect':
      return whole({ status: 302, headers: { Location: redirectTo }, body: Buffer.alloc(0) });
    case 'gzip-bomb':
      return whole({
        status: 200,
        headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
        body: gzipBomb(),
      });
    case 'cut-length':
    case 'cut-chunked':
      return [good(), fault];
    case 'stalled':
      return [good(), 'stall'];
    case 'malformed-json':
      return whole(replaced(good(), text => text.slice(0, Math.ceil(text.length * 0.6))));
    case 'empty-object':
      return whole(objectAnswer({}));
    case 'renamed-key': {
      // Values as good as before: a reader that knows the suffix has them, so they count as served.
      const answer = good();
      const { body } = replaced(answer, text => text.replace('"Global Quote"', `"Global Quote${suffix}"`));
      return whole({ ...answer, body });
    }
    case 'artificial-rows':
      return whole(artificialQuotes(asked));
    case 'empty-listing':
      return whole(replaced(good(), text => text.slice(0, text.indexOf('\n') + 1)));
    case 'short-listing':
      return whole(replaced(good(), text => text.slice(0, text.indexOf('\n', text.length / 2) + 1)));
    case 'slow':
      return whole(good());
    case 'gzip': {
      const answer = good();
      return whole({
        ...answer,
        headers: { ...answer.headers, 'Content-Encoding': 'gzip' },
        body: gzipSync(answer.body),
      });
    }
  }
}
