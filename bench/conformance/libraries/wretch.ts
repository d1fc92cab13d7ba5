import {answerOf, initOf, type Library} from '../library.ts';
import {load} from '../load.ts';

export const library: Library = {
  name: 'wretch',
  packages: ['wretch'],
  documented: {
    T21: 'every answer of 5xx is retried; `skip` can leave methods out',
    T22: 'every answer of 5xx is retried; `skip` can leave methods out',
  },
  bodies: ['string', 'bytes', 'blob', 'form', 'params', 'stream'],
  knowsMethods: true,
  streams: true,
  async client({attempts, delayMs}) {
    const {default: wretch} = await load('wretch');
    const {retry} = await load('wretch/middlewares');
    const api = wretch().middlewares([
      retry({
        maxAttempts: attempts - 1,
        resolveWithLatestResponse: true,
        ...(delayMs === undefined ? {} : {delayTimer: delayMs, delayRamp: (ms: number) => ms}),
      }),
    ]);
    return async (url, init) => {
      const {method = 'GET', ...rest} = initOf(init);
      return answerOf(await api.options(rest).url(url).fetch(method).res());
    };
  },
};
