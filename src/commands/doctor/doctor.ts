import type { Command } from 'commander';
import { formatProblems } from '../../config/format-problems.js';
import { loadConfig } from '../../config/load-config.js';
import type { Config } from '../../config/options.js';
import { proxyOf } from '../../config/proxy-variables.js';
import { probe } from '../../http/probe.js';
import { redactor } from '../../metrics/redactor.js';
import { realTime } from '../../streams/time.js';
import { listFileFault } from '../../symbols/list-file-fault.js';
import { type ConfigOptions, withConfigOptions } from '../config-options.js';
import { clusterOptions, connectKafka } from '../connect-kafka.js';
import type { Io } from '../io.js';
import { type Connect, clientId, type KafkaConfig } from '../log-place.js';
import { packageVersion } from '../package-version.js';
import { namesOf, secretsOf } from '../secrets-of.js';
import { claimsTopic, wantedTopics } from '../wanted-topics.js';
import { checkDirectory } from './check-directory.js';
import { checkKafka } from './check-kafka.js';
import { checkPlaces } from './check-places.js';
import { checkSources } from './check-sources.js';
import { type Finding, ok, skipped } from './finding.js';
import { reach } from './reach.js';

interface Flags extends ConfigOptions {
  readonly offline: boolean;
  readonly json?: true;
}

const deadlineMs = 5_000;

/** `doctor`: tries what the configuration names, spends no call of any quota, and says what to mend. */
export function addDoctor(program: Command, io: Io, connect: Connect = connectKafka): void {
  withConfigOptions(
    program.command('doctor').description('try everything the configuration names, and say what to mend'),
  )
    .option('--offline', 'only what needs no network', false)
    .option('--json', 'print JSON')
    .action(async ({ config: file, set, offline, json }: Flags) => {
      const loaded = loadConfig({ file, set, listFault: listFileFault, env: io.env, cwd: io.cwd });
      if (!loaded.ok) {
        if (json) io.out(`${JSON.stringify(loaded.problems, null, 2)}\n`);
        else io.err(`${formatProblems(loaded.problems, { color: io.isTty && !io.env.NO_COLOR })}\n`);
        return io.exit(2);
      }
      const { config } = loaded;
      const findings = [
        ok('configuration', loaded.file),
        ...checkDirectory(config.log.path, config.log.maxBytes),
        ...(config.batch ? checkPlaces(config.batch.inbox) : []),
        ...(await checkNetwork(config, io, connect, offline)),
      ];
      const redact = redactor(secretsOf(config), namesOf(config));
      const sound = findings.every(({ state }) => state !== 'failed');
      const text = json ? `${JSON.stringify({ ok: sound, checks: findings }, null, 2)}\n` : findingsText(findings);
      io.out(redact.text(text));
      io.exit(sound ? 0 : 3);
    });
}

async function checkNetwork(
  { log, sources, ...config }: Config,
  io: Io,
  connect: Connect,
  offline: boolean,
): Promise<readonly Finding[]> {
  const kafka = log.kind === 'kafka' ? log.kafka : undefined;
  if (offline) {
    const names = Object.keys(sources).map(name => `source ${name}`);
    return [...(kafka ? ['kafka'] : []), ...names].map(name => skipped(name, 'not asked: --offline'));
  }
  const options = { deadlineMs, proxy: proxyOf(io.env), userAgent: `financelake/${packageVersion}` };
  const ways = { connect, reach: (address: string) => reach(address, deadlineMs) };
  const topics = wantedTopics({ ...config, log, sources });
  const ofKafkaIn = (given: KafkaConfig): Promise<readonly Finding[]> =>
    config.scale === 'one'
      ? checkKafka(given, topics, log.path, ways)
      : checkKafka(given, [...topics, claimsTopic(config.topics, given)], log.path, {
          ...ways,
          tryGroup: () => mayJoin(given),
        });
  const [ofKafka, ofSources] = await Promise.all([
    kafka ? ofKafkaIn(kafka) : [],
    checkSources(
      sources,
      (origin, allowPrivate) => probe(origin, { ...options, allowPrivate }, realTime.now()),
      realTime,
    ),
  ]);
  return [...ofKafka, ...ofSources];
}

async function mayJoin(kafka: KafkaConfig): Promise<void> {
  const { tryGroup } = await import('../../log/kafka/kafkajs/try-group.js');
  await tryGroup(await clusterOptions(kafka, clientId()), kafka.group.id, deadlineMs);
}

const marks: Readonly<Record<Finding['state'], string>> = { ok: 'ok', note: 'note', failed: 'FAILED', skipped: '-' };

export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, state, detail, mend }) => [
    `${marks[state].padEnd(6)}  ${check.padEnd(width)}  ${detail}`,
    ...(mend === undefined ? [] : [`${' '.repeat(width + 10)}→ ${mend}`]),
  ]);
  const count = findings.filter(({ state }) => state === 'failed').length;
  return `${lines.join('\n')}\n\n${count === 0 ? 'Nothing to mend.' : `${count} to mend.`}\n`;
}
