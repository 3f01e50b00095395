import { type ChildProcess, spawn } from 'node:child_process';
import type { KafkaClasses } from './obtain.js';

/** Small: a test machine runs several clusters at once. */
const flags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', '-Xms32m'];
const logging = [
  'defaultLogLevel=warn',
  'log.kafka.server.KafkaRaftServer=info',
  'showDateTime=true',
  'dateTimeFormat=HH:mm:ss.SSS',
];

export interface JavaCall {
  readonly main: string;
  readonly args: readonly string[];
  readonly heapMiB: number;
}

/** The kernel ends the program when this process is gone, however it goes: no broker outlives its test. */
export function startJava({ classPath }: KafkaClasses, { main, args, heapMiB }: JavaCall): ChildProcess {
  const options = logging.map(option => `-Dorg.slf4j.simpleLogger.${option}`);
  const java = ['java', `-Xmx${heapMiB}m`, ...flags, ...options, '-cp', classPath, main, ...args];
  return spawn('setpriv', ['--pdeathsig', 'KILL', ...java], { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Runs to its end and gives what it printed; another exit code than 0 throws with the end of its error output. */
export async function runJava(classes: KafkaClasses, call: JavaCall, input = ''): Promise<string> {
  const child = startJava(classes, call);
  let [output, errors] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  child.stdin!.end(input);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`${call.main} ended with ${code}: ${errors}`);
  return output;
}
