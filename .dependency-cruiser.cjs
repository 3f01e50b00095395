// Arrows between the rooms of build/src. A room may use the rooms below it in this order and nothing above.
const order = [
  ['main'],
  ['commands'],
  ['units', 'batch', 'lake'],
  ['config', 'metrics', 'web', 'ingest', 'simulator'],
  ['symbols', 'log'],
  ['sources', 'schedule'],
  ['http'],
  ['records'],
  ['streams', 'actors'],
];

const room = name => (name === 'main' ? '^build/src/main\\.js$' : `^build/src/${name}/`);
const packageOf = name => `node_modules/${name}/`;

/** The one room that may import a package of weight. */
const owners = {
  lmdb: 'log',
  kafkajs: 'log/kafka/kafkajs',
  '@platformatic/kafka': 'log/kafka/platformatic',
  undici: 'http',
  'ipaddr.js': 'http',
  fastify: 'metrics',
  '@fastify/static': 'metrics',
  'prom-client': 'metrics',
  pino: 'metrics',
  yaml: '(config|simulator)',
  '@duckdb/node-api': '(batch/formats|lake)',
  fzstd: 'batch/formats',
  'xxhash-wasm': 'batch/formats',
};

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-tests', severity: 'error', from: { path: '^build/src' }, to: { path: '^build/(test|bench)' } },
    {
      name: 'declared-packages-only',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-dev', 'npm-unknown'] },
    },
    {
      name: 'streams-are-pure',
      severity: 'error',
      from: { path: '^build/src/streams/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'actors-know-no-rxjs',
      severity: 'error',
      from: { path: '^build/src/actors/' },
      to: { path: packageOf('rxjs') },
    },
    ...order.slice(1, -1).flatMap((level, below) =>
      level.map(name => ({
        name: `nothing-below-uses-${name}`,
        severity: 'error',
        from: {
          path: order
            .slice(below + 2)
            .flat()
            .map(room),
        },
        to: { path: room(name) },
      })),
    ),
    ...Object.entries(owners).map(([name, owner]) => ({
      name: `only-${owner}-imports-${name}`,
      severity: 'error',
      from: { path: '^build/src', pathNot: room(owner) },
      to: { path: packageOf(name) },
    })),
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: false },
};
