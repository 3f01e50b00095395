/** The unit under a real systemd: `npm run test:systemd`. */
export default { files: ['build/test/systemd/**/*.test.js'], workerThreads: false, timeout: '5m' };
