import { readFileSync } from 'node:fs';

const packageFile = new URL('../../../package.json', import.meta.url);

/** As in package.json. */
export const packageVersion = (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
