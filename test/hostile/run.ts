import { askAll } from './ask.js';
import { costFaultOf, faultOf } from './bounds.js';
import { cases } from './cases.js';
import { wholePrograms } from './whole-program.js';

// Every hostile answer through the real edge and the real parsers, with what each costs; then through the whole program: `npm run test:hostile`.
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
let tried = cases.length;
for await (const { endured, faults, peakMb, gapMs, elapsedMs } of wholePrograms(cases)) {
  for (const { name, shown, fault } of endured)
    console.log(
      `${fault === undefined ? 'ok    ' : 'FAILED'} run: ${name}: ${shown.slice(0, 90)}${fault === undefined ? '' : `\n       ${fault}`}`,
    );
  for (const fault of faults) console.log(`FAILED run: ${fault}`);
  console.log(
    `run of ${(elapsedMs / 1_000).toFixed(0)} s: peak ${peakMb.toFixed(0)} MB, a healthy symbol had no record for ${gapMs} ms at most`,
  );
  tried += endured.length + 1;
  failed += endured.filter(({ fault }) => fault !== undefined).length + Math.min(1, faults.length);
}
console.log(`${tried - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
