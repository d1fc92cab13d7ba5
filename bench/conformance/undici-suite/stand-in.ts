/** What stands in the place of undici's `fetch` while undici's tests run: the same fetch under the neutral policy. */
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {createFetch} from '../../../src/fetch.ts';

const checkout = new URL(import.meta.url).searchParams.get('checkout')!;
const require = createRequire(join(checkout, 'index.js'));

// The entry points that the tests import.
for (const entry of ['index.js', 'index-fetch.js', 'undici-fetch.js']) {
  const undici = require(`./${entry}`) as {fetch: typeof globalThis.fetch};
  undici.fetch = createFetch({extends: ['steadfetch:neutral']}, {fetch: undici.fetch}) as typeof globalThis.fetch;
}
