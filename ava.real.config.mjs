/** Tests on real brokers: `npm run test:real`. */
export default { files: ['build/test/real/**/*.test.js'], workerThreads: false, timeout: '10m', concurrency: 2 };
