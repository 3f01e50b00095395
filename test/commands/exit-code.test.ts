import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import test from 'ava';
import { ExitFailure, exitCodeOf } from '../../src/commands/exit-code.js';
import { KafkaFailure } from '../../src/log/kafka/kafka-failure.js';
import { LogFailure } from '../../src/log/log.js';
import { ScenarioFailure } from '../../src/simulator/read-scenario.js';
import { recordedBodies } from '../../src/simulator/recorded.js';

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

test('what was asked for in a wrong way is 2', t => {
  t.is(exitCodeOf(new ScenarioFailure('no such scenario')), 2);
  t.is(exitCodeOf(thrownBy(() => recordedBodies('/nowhere'))), 2);
  t.is(exitCodeOf(new LogFailure('topic', 'another number of partitions')), 2);
  t.is(exitCodeOf(new ExitFailure(2, 'x')), 2);
});

test('the environment is 3: the log, and errors of system calls', t => {
  for (const code of ['disk', 'damaged', 'locked', 'full'] as const) t.is(exitCodeOf(new LogFailure(code, 'x')), 3);
  t.is(exitCodeOf(new KafkaFailure('authentication', 'x')), 3);
  t.is(exitCodeOf(thrownBy(() => readFileSync('/nowhere'))), 3);
  t.is(exitCodeOf(Object.assign(new Error('taken'), { code: 'EADDRINUSE' })), 3);
});

test('anything else is 1, Node’s own errors too', t => {
  t.is(exitCodeOf(thrownBy(() => createServer().listen(70_000))), 1);
  t.is(exitCodeOf(new TypeError('x')), 1);
  t.is(exitCodeOf('text'), 1);
  t.is(exitCodeOf(undefined), 1);
});
