import { Agent, get } from 'node:http';
import nodeFetch from 'node-fetch';
import { Pool } from 'undici';
import { createHttpEdge } from '../../src/http/create-http-edge.js';

export interface Called {
  readonly perSecond: number;
  readonly cpuSecondsPer1000: number;
  readonly rssMb: number;
}

type Get = () => Promise<string>;

const path = '/query?function=GLOBAL_QUOTE&symbol=SYM1&apikey=bench';

/** Each gives the text of a body. The edge has a deadline, a bound, checked addresses and one caller that may give up, as in `run`. */
const makers: Readonly<Record<string, (baseUrl: string, inFlight: number) => Get>> = {
  'undici.request': (baseUrl, connections) => {
    const pool = new Pool(baseUrl, { connections });
    return async () => (await pool.request({ method: 'GET', path })).body.text();
  },
  'the edge': baseUrl => {
    const edge = createHttpEdge({ deadlineMs: 30_000, maxBytes: 1 << 20, allow: [{ baseUrl }], userAgent: 'bench' });
    const query = { function: 'GLOBAL_QUOTE', symbol: 'SYM1', apikey: 'bench' };
    return async () => {
      const { body } = await edge({ url: `${baseUrl}/query`, query }, new AbortController().signal);
      return Buffer.from(body).toString();
    };
  },
  'node:http': baseUrl => {
    const agent = new Agent({ keepAlive: true });
    return () =>
      new Promise((resolve, reject) => {
        const request = get(`${baseUrl}${path}`, { agent }, answer => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => resolve(Buffer.concat(chunks).toString()));
          answer.on('error', reject);
        });
        request.on('error', reject);
      });
  },
  'node-fetch': baseUrl => {
    const agent = new Agent({ keepAlive: true });
    return async () => (await nodeFetch(`${baseUrl}${path}`, { agent })).text();
  },
  'built-in fetch': baseUrl => async () => (await fetch(`${baseUrl}${path}`)).text(),
};

export const clients = Object.keys(makers);

/** `node http-calls.js CLIENT PORT CALLS IN_FLIGHT` */
async function run(client: string, port: number, calls: number, inFlight: number): Promise<Called> {
  const ask = makers[client]!(`http://127.0.0.1:${port}`, inFlight);
  let next = 0;
  const lane = async (until: number): Promise<void> => {
    while (next++ < until) JSON.parse(await ask());
  };
  const all = (until: number): Promise<unknown> => Promise.all(Array.from({ length: inFlight }, () => lane(until)));
  await all(5_000);
  next = 0;
  const startMs = performance.now();
  const before = process.cpuUsage();
  await all(calls);
  const cpu = process.cpuUsage(before);
  return {
    perSecond: (calls * 1000) / (performance.now() - startMs),
    cpuSecondsPer1000: (cpu.user + cpu.system) / 1000 / calls,
    rssMb: process.memoryUsage.rss() / 2 ** 20,
  };
}

const [client, ...numbers] = process.argv.slice(2);
if (process.send && client !== undefined) {
  const [port, calls, inFlight] = numbers.map(Number) as [number, number, number];
  // Idle connections would keep the process.
  process.send(await run(client, port, calls, inFlight), () => process.exit());
}
