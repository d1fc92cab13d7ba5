/** Where the pages of the built-in rules are. scripts/bundle.ts replaces this file: in a bundle, modules have no place of their own. */

import {fileURLToPath} from 'node:url';

export const pagesFolder: string = fileURLToPath(new URL('../../docs/rules/', import.meta.url));
