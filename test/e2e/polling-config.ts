/** Found in no output: whatever shows it has leaked it. */
export const key = 'CANARY4711KEY';

/** Five symbols polled every second or two from `url`, the log beside the file. */
export const config = (url: string, more = '') => `
sources:
  av: { type: alpha-vantage, baseUrl: "${url}", apiKey: ${key}, limits: [{ requests: 50, per: 1s }], concurrency: 4, deadline: 5s }
symbols:
  mine: { from: static, list: [AAPL, MSFT, IBM, NVDA, AMZN] }
feeds:
  minutes: { source: av, symbols: mine, data: bars/1m, every: 2s }
  quotes: { source: av, symbols: mine, data: quotes, every: 1s }
http: { port: 0 }
log: { path: ./log }
${more}`;
