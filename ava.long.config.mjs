/** Tests that take minutes: `npm run test:long`. */
export default { files: ['build/test/**/*.long.js'], workerThreads: false, timeout: '10m' };
