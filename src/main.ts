#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { readerBounds } from './batch/reader/bounds.js';
import { inspectApart } from './batch/reader/inspect-apart.js';
import { addBatch } from './commands/batch.js';
import { addDlq } from './commands/dlq.js';
import { addDoctor } from './commands/doctor/doctor.js';
import { exitCodeOf } from './commands/exit-code.js';
import { addInit } from './commands/init.js';
import { addInspect } from './commands/inspect.js';
import type { Io } from './commands/io.js';
import { lossyOutput } from './commands/lossy-output.js';
import { packageVersion } from './commands/package-version.js';
import { addQuota } from './commands/quota.js';
import { addRun } from './commands/run.js';
import { addSchema } from './commands/schema.js';
import { sight } from './commands/sight.js';
import { addSimulate } from './commands/simulate.js';
import { addStatus } from './commands/status.js';
import { addSymbols } from './commands/symbols.js';
import { addTail } from './commands/tail.js';
import { addValidate } from './commands/validate.js';
import { addVersion } from './commands/version.js';
import { processEnv } from './config/environment.js';

type StopHandler = Parameters<Io['onStop']>[0];

const stopHandlers: StopHandler[] = [];
const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const;
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (stopping || stopHandlers.length === 0) process.exit(signalCodes[signal]);
    stopping = true;
    for (const handler of stopHandlers) void Promise.resolve(handler(signal));
  });

const errors = lossyOutput(process.stderr);

const io: Io = {
  out: text => void process.stdout.write(text),
  err: errors.write,
  onLostOutput: errors.onLost,
  env: processEnv(),
  cwd: process.cwd(),
  isTty: process.stdout.isTTY && process.stderr.isTTY,
  exit: code => {
    process.exitCode = code;
  },
  onStop: handler => void stopHandlers.push(handler),
};

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(0);
  io.err(`the output cannot be written: ${message}\n`);
  process.exit(3);
});

const program = new Command('financelake')
  .description('Market-data ingestion that a small team can trust.')
  .version(packageVersion)
  .exitOverride()
  .showHelpAfterError('(--help shows the options)');
addRun(program, io);
addValidate(program, io);
addInit(program, io);
addInspect(program, io, (path, asked) => inspectApart(path, asked, readerBounds));
addDoctor(program, io);
addStatus(program, io, sight(io));
addQuota(program, io, sight(io));
addSymbols(program, io, sight(io));
addDlq(program, io, sight(io));
addBatch(program, io, sight(io));
addTail(program, io, options => sight(io).logOf(options));
addSimulate(program, io);
addSchema(program, io);
addVersion(program, io, packageVersion);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    io.err(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
