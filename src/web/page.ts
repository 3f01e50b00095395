import { fileURLToPath } from 'node:url';

/** Folder of the status page: plain files that the browser runs as they are, found from the compiled program in a clone and in a package. */
export const pageFolder = fileURLToPath(new URL('../../../src/web/assets/', import.meta.url));
