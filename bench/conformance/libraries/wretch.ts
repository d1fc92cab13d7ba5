import {answerOf, initOf, type Library, load} from '../library.ts';

export const library: Library = {
  name: 'wretch',
  packages: ['wretch'],
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
