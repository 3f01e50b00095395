import { hostname } from 'node:os';
import { merge, Subject } from 'rxjs';
import type { Loaded } from '../config/load-config.js';
import type { Config } from '../config/options.js';
import { proxyOf } from '../config/proxy-variables.js';
import { createHttpEdge } from '../http/create-http-edge.js';
import { blueprint, type Running, type World } from '../ingest/blueprint.js';
import { openEmbeddedLog } from '../log/embedded/embedded-log.js';
import { createListener } from '../metrics/listener.js';
import { liveView } from '../metrics/live-view.js';
import { createProgress, progressText } from '../metrics/progress.js';
import { type Redactor, redactor } from '../metrics/redactor.js';
import { createRegistry } from '../metrics/registry.js';
import { createServer } from '../metrics/server.js';
import { createTally } from '../metrics/tally.js';
import type { Report } from '../records/event.js';
import type { Simulator } from '../simulator/simulator.js';
import { realTime, type Time } from '../streams/time.js';
import { diskListFile } from '../symbols/disk-list-file.js';
import { connectKafka } from './connect-kafka.js';
import { createTopics } from './create-topics.js';
import { exitCodeOf } from './exit-code.js';
import { greeting } from './greeting.js';
import type { Io } from './io.js';
import { letterDeskOf } from './letter-desk-of.js';
import { clientId } from './log-place.js';
import { makePlan } from './make-plan.js';
import { packageVersion } from './package-version.js';
import { readFiles, withFiles } from './read-files.js';
import { createReload } from './reload.js';
import { namesOf, secretsOf } from './secrets-of.js';
import { shareSources } from './share-sources.js';
import { type Shipping, startShipping } from './shipping.js';
import { prepareSimulator } from './start-simulator.js';
import { suppliersOf } from './suppliers.js';
import { createSystemd, notifySystemd } from './systemd.js';
import { untilStopped } from './until-stopped.js';
import { createVoice, type Voice } from './voice.js';
import { wantedTopics } from './wanted-topics.js';

export interface LaunchOptions {
  readonly io: Io;
  readonly once: boolean;
  /** The configuration's path, for people. */
  readonly file: string;
  /** Reads the configuration again, for SIGHUP. */
  readonly load: () => Loaded;
  /** Another clock, for simulated days. */
  readonly time?: Time;
}

/** For telling the other instances that this one goes. */
const leavingMs = 2_000;

/**
 * Runs what a configuration names until it is stopped or, with `once`, done.
 * @returns the exit code: 0 drained, 1 failed while running, 2 a scenario or topic that does not fit, 3 the environment (a port, the disk, another instance), 130/143 stopped before the drain ended
 */
export async function launch(config: Config, options: LaunchOptions): Promise<number> {
  /** Closes what was opened, last first. */
  const closers: (() => unknown)[] = [];
  const redact = redactor(secretsOf(config), namesOf(config));
  const voice = createVoice(config.logging, options.io, redact);
  try {
    return await launched(config, options, closers, redact, voice);
  } catch (error) {
    const { message } = error as Error;
    voice.say(redact.text(message).split('\n').slice(0, 5).join('\n'));
    return exitCodeOf(error);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function launched(
  config: Config,
  { io, once, file, load, time: given }: LaunchOptions,
  closers: (() => unknown)[],
  redact: Redactor,
  voice: Voice,
): Promise<number> {
  const simulated = config.simulator && prepareSimulator({ ...config.simulator, host: '127.0.0.1' });
  const time = given ?? simulated?.time ?? realTime;

  const systemd = createSystemd({
    env: io.env,
    pid: process.pid,
    time: realTime,
    send: notifySystemd(io.env),
    warn: text => voice.logger.warn(text),
  });
  closers.push(() => systemd.close());
  const tally = createTally(time);
  let listen: Report = () => undefined;
  const report: Report = event => {
    tally.report(event);
    listen(event);
    systemd.report(event);
    if (event.kind === 'appended') shipping?.wake();
  };
  const { path, maxBytes, retain: retainBytes } = config.log;
  const { kafka } = config.log;
  let shipping: Shipping | undefined;
  const keepFrom = (topic: string, partition: number): number => shipping?.keepFrom(topic, partition) ?? 0;
  const ships = config.log.kind === 'kafka' && kafka !== undefined;
  const log = await openEmbeddedLog({ path, maxBytes, retainBytes, report, time, ...(ships && { keepFrom }) });
  closers.push(() => log.close());
  const topics = wantedTopics(config);
  if (ships) {
    const { deadLetters } = config.topics;
    const parts = { log, topics, deadLetters, requestTimeoutMs: kafka.requestTimeout, report };
    shipping = await startShipping({
      ...parts,
      connect: () => connectKafka(kafka, clientId()),
      time: realTime,
      logClock: time,
      random: Math.random,
    });
    closers.push(() => shipping?.close());
  } else createTopics(log, topics);
  const simulator = simulated && (await startSimulator(simulated.start, config));
  if (simulator) closers.push(() => simulator.stop());

  const userAgent = `financelake/${packageVersion}`;
  const proxy = proxyOf(io.env);
  const plan = makePlan(config, { userAgent, proxy, once });
  const allow = plan.lists.flatMap(({ spec }) => (spec.from === 'http-csv' ? [{ baseUrl: spec.url }] : []));
  const listEdge = createHttpEdge({
    deadlineMs: 60_000,
    maxBytes: 16 << 20,
    redirects: 'public',
    userAgent,
    proxy,
    allow,
  });
  const hangups = new Subject<void>();
  const world: World = {
    time,
    random: Math.random,
    log,
    listEdge,
    listFile: path => {
      const disk = diskListFile(path);
      return { ...disk, hints: merge(disk.hints, hangups) };
    },
    report,
    redact: redact.text,
  };
  const instance = `${hostname()}/${process.pid}`;
  let running: Running;
  if (config.scale === 'many' && kafka && shipping) {
    const shared = await shareSources(config, kafka, { plan, world, shipping, host: instance });
    closers.push(() => shared.leave(leavingMs));
    running = shared;
  } else running = blueprint(plan, world);

  const files = readFiles(config, { log, time, report, once });
  if (files) closers.push(() => files.close());
  const whole = files ? withFiles(running, files.engine) : running;
  const suppliers = suppliersOf(plan, running, { log, shipping, files: files?.view }, () => time.now());
  const view = liveView({ instance, version: packageVersion, tally: () => tally.snapshot(), ...suppliers }, time);
  const { hasTerminal, logger } = voice;
  const reload = createReload(config, { load, setLimits: (source, limits) => running.setLimits(source, limits) });
  const onHangup = (): void => {
    hangups.next();
    const { level, text } = reload();
    logger[level](`SIGHUP: ${text}`);
    systemd.reloaded();
  };
  // Without a listener the signal would end the process at once, with what is in flight.
  process.on('SIGHUP', onHangup);
  closers.push(() => process.off('SIGHUP', onHangup));
  let url: string | undefined;
  const progress = hasTerminal
    ? createProgress(terminalOf(io), realTime, () => progressText(view.status(), view.files(), time.now(), url))
    : undefined;
  if (progress) {
    voice.speakThrough(progress);
    closers.push(() => progress.stop());
  }
  const registry = createRegistry();
  listen = createListener({ registry, logger, view, time });
  io.onLostOutput(() => report({ kind: 'lines-lost', count: 1 }));
  report({ kind: 'started', version: packageVersion, config: file });

  const { host, port, readOnly } = config.http;
  const token = config.http.token?.reveal();
  const letters = letterDeskOf(config, plan, { log, time, report }).deal;
  const changes = { letters, ...(files && { files: files.change }) };
  const doors = { host, port, token, readOnly, logPath: path };
  const server = await createServer({
    ...doors,
    version: packageVersion,
    view,
    changes,
    registry,
    redact,
    logger,
    time,
  });
  closers.push(() => server.close());
  url = server.url;
  if (!hasTerminal) logger.info({ url }, `Status page ${url}`);
  if (hasTerminal) progress?.write(greeting(config, server.url, simulator?.url));
  return await untilStopped({
    io,
    say: voice.say,
    running: whole,
    shipping,
    once,
    report,
    tally: () => tally.snapshot(),
    time: realTime,
    drainMs: config.drain.deadline,
  });
}

/** The width is asked each time, because windows are resized; a terminal that does not know its own is taken for 80 wide. */
const terminalOf = (io: Io) => ({
  write: (text: string) => io.err(text),
  get columns() {
    return process.stderr.columns || 80;
  },
});

/** After the log is open: a second start is told of the first, not of a port. */
async function startSimulator(start: () => Promise<Simulator>, { simulator }: Config): Promise<Simulator> {
  try {
    return await start();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    const message = `port ${simulator?.port} on 127.0.0.1 is taken: stop what listens there, or set simulator.port and the baseUrl of its source to another`;
    throw Object.assign(new Error(message, { cause: error }), { code });
  }
}
