import type { Config } from '../../config/options.js';
import type { HttpFailure, HttpFailureCode } from '../../http/edge.js';
import type { Probed } from '../../http/probe.js';
import { vendorOf } from '../../sources/vendors.js';
import { type Finding, failed, note, ok } from './finding.js';

export type Probe = (origin: string, allowPrivate: boolean) => Promise<Probed>;

interface Clock {
  readonly now: () => number;
}

/** Each source's host, by the way its calls take, and this machine's clock against theirs. Calls no API. */
export async function checkSources(
  sources: Config['sources'],
  probe: Probe,
  { now }: Clock,
): Promise<readonly Finding[]> {
  const offsets: number[] = [];
  const findings = await Promise.all(
    Object.entries(sources).map(async ([name, { type, baseUrl, allowPrivate }]): Promise<Finding> => {
      const check = `source ${name}`;
      const { origin } = new URL(baseUrl ?? vendorOf(type)!.baseUrl);
      try {
        const startMs = now();
        const { dateMs } = await probe(origin, allowPrivate);
        // The stamp was cut to a second, and made somewhere between question and answer.
        if (dateMs !== undefined) offsets.push((startMs + now()) / 2 - (dateMs + 500));
        return ok(check, `${origin} answers`);
      } catch (error) {
        const { code, message } = error as HttpFailure;
        return failed(check, message, mends[code] ?? `Look at sources.${name}.baseUrl`);
      }
    }),
  );
  return [...findings, ...checkClock(offsets)];
}

const mends: Readonly<Partial<Record<HttpFailureCode, string>>> = {
  dns: 'Correct the name in baseUrl, or this machine’s name server',
  connect: 'Start the server, open the firewall, or set HTTPS_PROXY where one is needed',
  timeout: 'Open the firewall, set HTTPS_PROXY where one is needed, or ask again: the server is slow',
  tls: 'Check the address; for an authority of your own set NODE_EXTRA_CA_CERTS; and look at this machine’s clock',
  'refused-host': 'Write the address literally, or add allowPrivate: true to the source',
};

/** A window of a quota that begins at an hour of the day is missed by as much as the clock is wrong. */
function checkClock(offsets: readonly number[]): readonly Finding[] {
  if (offsets.length === 0) return [];
  // The least: a server may be wrong, or slow to answer.
  const ahead = offsets.reduce((best, one) => (Math.abs(one) < Math.abs(best) ? one : best));
  const seconds = Math.round(Math.abs(ahead) / 1000);
  const detail = `this machine is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} ${offsets.length === 1 ? 'the server' : 'the nearest server'}`;
  const mend = 'Let chrony or systemd-timesyncd set the clock';
  if (seconds > 30) return [failed('clock', detail, mend)];
  return [seconds > 2 ? note('clock', detail, mend) : ok('clock', 'within 2 s of the servers’')];
}
