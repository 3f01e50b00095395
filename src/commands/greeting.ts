import type { Config } from '../config/options.js';

/** What a person at a terminal should know in the first second. */
export function greeting(config: Config, url: string, simulatorUrl: string | undefined): string {
  const topics = [...new Set(Object.values(config.feeds).map(feed => feed.topic))];
  const lines = [
    ...(simulatorUrl === undefined ? [] : [`Prices are invented: the market API simulator answers at ${simulatorUrl}`]),
    `Status page   ${url}`,
    `Log           ${config.log.path}`,
    ...topics.map(topic => `Look          npx financelake tail ${topic} --limit 5`),
    'Stop          Ctrl-C',
  ];
  return `${lines.join('\n')}\n\n`;
}
