import { isLoopbackAddress, nameOrPath, path } from '../formats.js';
import { notYet, optional, preset, required } from '../kind.js';
import { object } from '../object.js';
import { boolean, choice, duration, integer, number, secret, text } from '../scalars.js';

const port = integer({ min: 0, max: 65_535 });

const tls = object({ cert: required(path, 'Certificate (PEM).'), key: required(path, 'Its private key (PEM).') });

/** Metrics, health, status page and API. */
export const http = object(
  {
    host: preset(
      text({
        title: 'host',
        pattern: /^[A-Za-z0-9.:_-]+$/,
        wanted: 'a host name or address',
        mend: 'Write an address of this machine, such as 127.0.0.1 or 0.0.0.0.',
      }),
      '127.0.0.1',
      'Address to listen at.',
    ),
    port: preset(port, '8787', 'Port to listen at; 0 takes any free one.'),
    token: optional(secret(), 'Bearer token for the calls that change something; without it they do not exist.'),
    readOnly: preset(
      boolean,
      'false',
      'Never offers the calls that change something; may then listen to other machines without a token.',
    ),
    tls: notYet(
      optional(tls, 'Encrypts the connections.'),
      'Remove the block; let a proxy on the same machine end TLS.',
    ),
  },
  ({ value: { host, token, readOnly }, entry, report }) => {
    if (
      host === undefined ||
      readOnly !== false ||
      token !== undefined ||
      host === 'localhost' ||
      isLoopbackAddress(host)
    )
      return;
    const given = entry('token')?.value;
    // Anything but an empty one was reported where it stands.
    if (given && (given.kind !== 'scalar' || given.text !== '')) return;
    const found = given ? '`http.token` is empty' : 'there is no `http.token`';
    report(
      'host',
      'open-host',
      `\`${host}\` lets other machines in, and ${found}.`,
      'Add `token: "${FINANCELAKE_TOKEN}"`, or `readOnly: true`, or listen at 127.0.0.1.',
    );
  },
);

/** A market API on this machine that behaves like the vendors. */
export const simulator = object({
  port: preset(port, '8790', 'Port to listen at, on 127.0.0.1.'),
  seed: preset(integer({ min: 0, max: 2 ** 31 - 1 }), '1', 'The same seed gives the same market.'),
  scenario: preset(
    nameOrPath,
    'calm',
    'What goes wrong and when: the name of a scenario that comes with it, or a file.',
  ),
  speed: preset(number({ min: 0.001, max: 100_000 }), '1', 'How fast its clock runs.'),
  symbols: optional(integer({ min: 1, max: 100_000 }), 'How many symbols it lists; its own choice when absent.'),
});

export const drain = object({
  deadline: preset(duration({ min: 0, max: 600_000 }), '10s', 'How long a stop may take to finish what is in flight.'),
});

export const logging = object({
  level: preset(choice(['info', 'debug', 'warn', 'error']), 'info', 'Least important line to write.'),
  format: preset(choice(['auto', 'pretty', 'json']), 'auto', '`auto` is pretty on a terminal and JSON elsewhere.'),
});
