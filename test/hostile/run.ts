import { askAll } from './ask.js';
import { costFaultOf, faultOf } from './bounds.js';
import { cases } from './cases.js';

// Every hostile answer through the real edge and the real parsers, with what each costs: `npm run test:hostile`.
const { code, answered, err } = await askAll(cases, 5_000);
let failed = code === 0 ? 0 : 1;
if (err) console.log(err);
for (const one of answered) {
  const { name, outcome, elapsedMs, blockedMs, peakMb } = one;
  const fault = faultOf(one) ?? costFaultOf(one);
  if (fault !== undefined) failed += 1;
  const figures = [
    `${elapsedMs.toFixed(0)} ms`,
    `blocked ${blockedMs.toFixed(0)} ms`,
    `peak ${peakMb.toFixed(0)} MB`,
  ].join(', ');
  console.log(
    `${fault === undefined ? 'ok    ' : 'FAILED'} ${name}: ${outcome.slice(0, 90)} (${figures})${fault === undefined ? '' : `\n       ${fault}`}`,
  );
}
const most = (figure: (one: (typeof answered)[number]) => number): string =>
  Math.max(...answered.map(figure)).toFixed(0);
console.log(
  `longest ${most(one => one.elapsedMs)} ms, most blocked ${most(one => one.blockedMs)} ms, greatest peak ${most(one => one.peakMb)} MB`,
);
failed += cases.length - answered.length;
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
