import type { Command } from 'commander';
import { jsonSchema } from '../config/options.js';
import type { Io } from './io.js';

/** `schema`: what editors need to complete and check the file. */
export function addSchema(program: Command, io: Io): void {
  program
    .command('schema')
    .description('print the JSON Schema of the configuration')
    .option('--json', 'as always: a schema is JSON')
    .action(() => {
      io.out(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
      io.exit(0);
    });
}
