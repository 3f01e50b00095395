import { type Called, clients } from './cases/http-calls.js';
import { measured, median, serving } from './cases/processes.js';

/**
 * Small answers over each client, 64 calls in flight, and over the edge that is built on one of them; turns are interleaved, each in a process of
 * its own. `npm run bench -- http [ROUNDS] [CALLS] [IN_FLIGHT]`
 */
const [rounds = 5, calls = 20_000, inFlight = 64] = process.argv.slice(3).map(Number);
const server = await serving<number>('quote-server', '0');
const all = new Map(clients.map(client => [client, [] as Called[]]));
for (let round = 0; round < rounds; round++)
  for (const client of round % 2 === 0 ? clients : clients.toReversed())
    all
      .get(client)!
      .push(await measured<Called>('http-calls', [client, ...[server.said, calls, inFlight].map(String)]));
server.stop();

const of = (client: string, key: keyof Called): number => median(all.get(client)!.map(one => one[key]));
const [best = ''] = clients;
console.log(`${calls} calls, ${inFlight} in flight, median of ${rounds}; ratios to ${best}:`);
for (const client of clients) {
  const cpu = of(client, 'cpuSecondsPer1000');
  const perSecond = of(client, 'perSecond');
  console.log(
    `  ${client.padEnd(18)} ${perSecond.toFixed(0).padStart(6)}/s (${(perSecond / of(best, 'perSecond')).toFixed(2)})  ` +
      `${cpu.toFixed(3)} CPU s per 1,000 (${(cpu / of(best, 'cpuSecondsPer1000')).toFixed(2)})  rss ${of(client, 'rssMb').toFixed(0)} MB`,
  );
}
