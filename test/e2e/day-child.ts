import { launch } from '../../src/commands/launch.js';
import { loadConfig } from '../../src/config/load-config.js';
import { type FastOrigin, fastTime } from '../../src/simulator/fast-time.js';
import { realTime } from '../../src/streams/time.js';

// The program as `run` starts it, on the simulator's fast clock: `node day-child.js CONFIG CLOCK`, the clock as JSON.
const [file = '', clock = ''] = process.argv.slice(2);
const load = () => loadConfig({ file, env: {}, cwd: process.cwd() });
const loaded = load();
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
process.exitCode = await launch(loaded.config, {
  io: {
    out: text => void process.stdout.write(text),
    err: text => void process.stderr.write(text),
    env: {},
    cwd: process.cwd(),
    isTty: false,
    exit: () => undefined,
    onLostOutput: () => undefined,
    onStop: handler => void process.once('SIGTERM', () => void handler('SIGTERM')),
  },
  load,
  once: false,
  file,
  time: fastTime(realTime, JSON.parse(clock) as FastOrigin),
});
