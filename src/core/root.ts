// Where the checkout is: the same from src/ (tests) and dist/src/ (compiled).
import { existsSync } from 'node:fs';

/** The folder that holds package.json, as a URL ending in `/`. */
export const root: URL =
  [new URL('../../', import.meta.url), new URL('../../../', import.meta.url)].find((folder) => existsSync(new URL('package.json', folder))) ??
  new URL('../../', import.meta.url);
