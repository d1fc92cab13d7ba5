import {answerOf, initOf, type Library} from '../library.ts';
import {load} from '../load.ts';

export const library: Library = {
  name: 'fetch-retry',
  packages: ['fetch-retry'],
  documented: {
    T21b: 'network errors are retried',
  },
  bodies: ['string', 'bytes', 'blob', 'form', 'params', 'stream'],
  retriesNetworkErrors: true,
  streams: true,
  async client({attempts, delayMs}) {
    const {default: build} = await load('fetch-retry');
    const again = build(fetch, {
      retries: attempts - 1,
      retryOn: [429, 500, 502, 503, 504],
      ...(delayMs === undefined ? {} : {retryDelay: delayMs}),
    });
    return async (url, init) => answerOf(await again(url, initOf(init)));
  },
};
