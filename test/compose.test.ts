import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { loadConfig } from '../src/config/load-config.js';
import { root, scratch } from './e2e/program.js';

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = readFileSync(join(root, 'compose.yaml'), 'utf8');
const compose = parse(text) as Compose;

const dclint = join(dirname(createRequire(import.meta.url).resolve('dclint/package.json')), 'bin/dclint.cjs');

/** What the published schema of compose files has against a file: how many faults. */
function faultsIn(file: string): number {
  const { stdout } = spawnSync(process.execPath, [dclint, '--quiet', '--formatter', 'json', file], {
    encoding: 'utf8',
  });
  const found = JSON.parse(stdout) as readonly { readonly messages: readonly { readonly rule: string }[] }[];
  return found.flatMap(({ messages }) => messages).filter(({ rule }) => rule === 'invalid-schema').length;
}

test('compose.yaml is as the schema of compose files says; a misspelt or misplaced key is not', t => {
  t.is(faultsIn(join(root, 'compose.yaml')), 0);
  for (const [right, wrong] of [
    ['healthcheck:', 'healthchek:'],
    ['condition: service_started', 'condition: started'],
    ['command: ["simulate"', 'command: [{ run: simulate }'],
  ] as const) {
    t.true(text.includes(right));
    const directory = scratch(t, { 'compose.yaml': text.replace(right, wrong) });
    t.is(faultsIn(join(directory, 'compose.yaml')), 1, wrong);
  }
});

test('what a service of compose.yaml names is there: services, their health, volumes, files', t => {
  for (const [name, { depends_on = {}, volumes = [] }] of Object.entries(compose.services)) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      t.truthy(compose.services[other], `${name} waits for ${other}`);
      if (condition === 'service_healthy') t.truthy(compose.services[other]?.healthcheck, other);
    }
    for (const [source = ''] of volumes.map(volume => volume.split(':')))
      if (source.startsWith('.')) t.true(existsSync(join(root, source)), source);
      else t.true(source in compose.volumes, `volume ${source}`);
  }
});

test('the configuration that the runtime mounts is valid in the environment that it gets, and names the services', t => {
  const { environment = {}, ports = [] } = compose.services.runtime!;
  const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
  const loaded = loadConfig({ file: 'examples/kafka.yaml', env, cwd: root });
  t.true(loaded.ok, JSON.stringify(loaded));
  if (!loaded.ok) return;
  const { log, sources, http } = loaded.config;
  t.deepEqual(log.kafka?.brokers, ['kafka:9092']);
  t.deepEqual(
    Object.values(sources).map(({ baseUrl }) => new URL(baseUrl!).hostname),
    ['market'],
  );
  t.true(ports.some(port => port.endsWith(`:${http.port}`)));
  const { KAFKA_ADVERTISED_LISTENERS: advertised } = compose.services.kafka!.environment!;
  t.true(String(advertised).includes('INSIDE://kafka:9092'));
});
