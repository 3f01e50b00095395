import test from 'ava';
import fc from 'fast-check';
import { wholeAnswers } from '../../../src/log/kafka/kafkajs/whole-answers.js';
import { runs } from '../../property-runs.js';

const answer = (body: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(4 + body.length);
  bytes.writeInt32BE(body.length);
  bytes.set(body, 4);
  return bytes;
};

test('however a stream is cut, answers come whole and in order, and what is cut off at its end never comes', t => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
  const cuts = fc.array(fc.nat(400), { maxLength: 30 });
  fc.assert(
    fc.property(bodies, cuts, fc.nat(43), (given, at, lost) => {
      const whole = given.map(answer);
      const last = whole.at(-1)?.length ?? 0;
      const missing = Math.min(lost, last);
      const stream = Buffer.concat(whole);
      const there = stream.subarray(0, stream.length - missing);
      const got: Buffer[] = [];
      const take = wholeAnswers(bytes => got.push(bytes));
      const places = [0, ...at.filter(place => place < there.length).sort((a, b) => a - b), there.length];
      for (const [i, place] of places.slice(1).entries()) take(there.subarray(places[i], place));
      t.deepEqual(Buffer.concat(got), Buffer.concat(missing > 0 ? whole.slice(0, -1) : whole));
    }),
    runs(500),
  );
});
