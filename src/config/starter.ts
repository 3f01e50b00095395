import type { Field, Kind } from './kind.js';
import { type SourceType, sourceTypes } from './options/sources.js';
import { options } from './options.js';

export const starterSources = Object.keys(sourceTypes) as SourceType[];

const head = `# FinanceLake ingestion: whom to ask, for what, how often, and where it goes.
#
#   financelake validate                    says everything that is wrong with this file
#   financelake run --once                  one round, then it ends
#   financelake run                         until it is stopped
#   financelake tail market.bars --limit 5  shows what came
#
# Times are written 500ms, 30s, 5m, 1h, 1d; sizes 64MiB, 1GiB; paths are relative to this file.
# "\${VAR}" takes an environment variable, "\${file:PATH}" a file. Every option: docs/configuration.md.
`;

const bodies: Readonly<Record<SourceType, string>> = {
  'alpha-vantage': `
sources:
  alpha-vantage:
    type: alpha-vantage
    # A free key: https://www.alphavantage.co/support/#api-key
    # Then: export ALPHAVANTAGE_API_KEY=...
    apiKey: "\${ALPHAVANTAGE_API_KEY}"
    # What the free plan allows. With another plan write its own, for example a single { requests: 75, per: 1m }.
    limits:
      - { requests: 1, per: 1s }
      - { requests: 25, per: 1d, resetsAt: "00:00", zone: America/New_York }

symbols:
  mine:
    from: static
    list: [AAPL, AMZN, GOOGL, IBM, MSFT]

feeds:
  # One call a symbol and trading day, after the close: five of the 25.
  daily:
    source: alpha-vantage
    symbols: mine
    data: bars/1d
    every: 1d
    calendar: XNYS
`,
  kraken: `
sources:
  kraken:
    # Needs no account and no key.
    type: kraken
    # Kraken publishes no number; one call a second has proved fine.
    limits:
      - { requests: 1, per: 1s }

symbols:
  mine:
    from: static
    list: [BTC/USD, ETH/USD]

feeds:
  minutes:
    source: kraken
    symbols: mine
    data: bars/1m
    every: 1m
  quotes:
    source: kraken
    symbols: mine
    data: quotes
    every: 30s
`,
};

/** A first configuration for one vendor: what must be chosen, then the defaults that people change most, as comments. */
export function starter(source: SourceType): string {
  return `${head}${bodies[source]}
# What follows are defaults: remove the "# " in front of an option to set it.

${['log', 'http', 'logging'].map(defaults).join('\n')}`;
}

function defaults(section: string): string {
  const { kind, doc } = fieldsOf(options)[section]!;
  const lines = Object.entries(fieldsOf(kind)).flatMap(([key, { preset, doc: meaning, kind: inner }]) =>
    preset === undefined || inner.inside.kind !== 'scalar'
      ? []
      : [`  # ${`${key}: ${preset}`.padEnd(20)}  # ${meaning}`],
  );
  return `# ${doc}\n${section}:\n${lines.join('\n')}\n`;
}

const fieldsOf = ({ inside }: Kind<unknown>): Readonly<Record<string, Field<unknown>>> =>
  inside.kind === 'object' ? inside.fields : {};
