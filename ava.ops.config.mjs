/** Tests on real Prometheus: `npm run test:ops`. */
export default { files: ['build/test/ops/**/*.test.js'], workerThreads: false, timeout: '5m' };
