import { type Command, InvalidArgumentError } from 'commander';
import { ScenarioFailure } from '../simulator/read-scenario.js';
import type { Scenario } from '../simulator/scenario.js';
import { scenarios } from '../simulator/scenarios.js';
import type { Simulator } from '../simulator/simulator.js';
import { exitCodeOf } from './exit-code.js';
import type { Io } from './io.js';
import { prepareSimulator } from './start-simulator.js';

interface Options {
  readonly port: number;
  readonly host: string;
  readonly scenario: string;
  readonly seed: number;
  readonly speed?: number;
  readonly json?: boolean;
}

const numberWithin = (least: number, most: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new InvalidArgumentError(`It must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
};

/** The verb `simulate`: the market API simulator alone, until the process is stopped. */
export function addSimulate(program: Command, io: Io): void {
  program
    .command('simulate')
    .description('the market API simulator alone: answers like Alpha Vantage, from a seed')
    .option('--port <number>', 'where to listen; 0 takes any free port', numberWithin(0, 65_535, true), 9000)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--scenario <name or file>', `${Object.keys(scenarios).join(', ')}, or a YAML or JSON file`, 'calm')
    .option('--seed <number>', 'prices and faults follow from it', numberWithin(0, 2 ** 31, true), 1)
    .option('--speed <factor>', 'how fast its clock runs', numberWithin(0.001, 100_000, false))
    .option('--json', 'one JSON object that says where it listens')
    .action(async (options: Options) => {
      try {
        await simulate(options, io);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (error instanceof ScenarioFailure) {
          io.err(`${message.split('\n').slice(0, 5).join('\n')}\n`);
          io.exit(2);
        } else if (code === 'EADDRINUSE') {
          io.err(
            `Port ${options.port} of ${options.host} is taken.\nChoose another with --port, or --port 0 for any free one.\n`,
          );
          io.exit(3);
        } else {
          io.err(`Cannot start the simulator: ${message}\n`);
          io.exit(exitCodeOf(error));
        }
      }
    });
}

async function simulate({ json, ...options }: Options, io: Io): Promise<void> {
  const { scenario, clock, start } = prepareSimulator(options);
  const simulator = await start();
  io.onStop(() => simulator.stop());
  const { url, port } = simulator;
  io.out(json ? `${JSON.stringify({ url, port, seed: options.seed, clock })}\n` : greeting(simulator, scenario));
}

function greeting({ url, truth }: Simulator, { title, plan, speed }: Scenario): string {
  const [symbol = 'AAPL'] = truth.instruments.keys();
  const time = speed === 1 ? '' : `, its clock ${speed} times as fast`;
  return [
    `Simulating Alpha Vantage on ${url}`,
    `  ${title}`,
    `  ${truth.instruments.size} symbols, seed ${truth.seed}, plan ${typeof plan === 'string' ? plan : JSON.stringify(plan)}${time}`,
    `  curl '${url}/query?function=TIME_SERIES_INTRADAY&symbol=${symbol}&interval=1min&apikey=any'`,
    `  curl '${url}/__truth/counts'`,
    '',
  ].join('\n');
}
