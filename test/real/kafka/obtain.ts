import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where pom, sums and Java sources lie: the tests run from build/. */
const sources = fileURLToPath(new URL('../../../../test/real/kafka/', import.meta.url));
const mend = 'real Kafka needs Java 17 or later and Maven: apt-get install default-jdk-headless maven';

/** What `java -cp` takes: Kafka's jars and our own classes. */
export interface KafkaClasses {
  readonly classPath: string;
}

/**
 * Kafka 4.4.0, from the cache or else from Maven Central, and the Java programs beside this file, compiled. Every jar is checked against jars.sha256 each time.
 * Several processes may call this at once: what is fetched becomes visible by one rename.
 */
export async function obtainKafka(
  cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'financelake'),
): Promise<KafkaClasses> {
  await need('javac');
  const jars = join(cache, 'kafka-4.4.0');
  if (!existsSync(jars)) {
    await need('mvn');
    await put(jars, async directory => {
      await run('mvn', mavenCall(directory), { maxBuffer: 1 << 26 });
      await checkSums(directory);
    });
  }
  await checkSums(jars);
  const programs = (await readdir(sources)).filter(name => name.endsWith('.java')).map(name => join(sources, name));
  const hash = createHash('sha256');
  for (const program of programs) hash.update(await readFile(program));
  const classes = join(cache, `kafka-programs-${hash.digest('hex').slice(0, 16)}`);
  if (!existsSync(classes))
    await put(classes, async directory => {
      await run('javac', ['-cp', `${jars}/*`, '-d', directory, ...programs]);
    });
  return { classPath: `${classes}:${jars}/*` };
}

const mavenCall = (directory: string): string[] => [
  '-B',
  '-q',
  '-f',
  join(sources, 'pom.xml'),
  'dependency:copy-dependencies',
  '-DincludeScope=runtime',
  `-DoutputDirectory=${directory}`,
];

async function need(program: string): Promise<void> {
  try {
    await run(program, ['-version']);
  } catch (cause) {
    throw new Error(`${program} does not run; ${mend}`, { cause });
  }
}

async function put(target: string, fill: (directory: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const directory = await mkdtemp(`${target}.`);
  try {
    await fill(directory);
    await rename(directory, target);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    // Another process was faster: its directory is as good.
    if (!existsSync(target)) throw error;
  }
}

async function checkSums(directory: string): Promise<void> {
  const expected = (await readFile(join(sources, 'jars.sha256'), 'utf8')).trim().split('\n');
  const found = (await readdir(directory)).sort();
  const lines = await Promise.all(
    found.map(async name => {
      const bytes = await readFile(join(directory, name));
      return `${createHash('sha256').update(bytes).digest('hex')}  ${name}`;
    }),
  );
  const wrong = [...lines.filter(line => !expected.includes(line)), ...expected.filter(line => !lines.includes(line))];
  if (wrong.length > 0)
    throw new Error(
      `${directory} is not what jars.sha256 says (remove it to fetch anew): ${wrong.slice(0, 3).join(', ')}`,
    );
}
