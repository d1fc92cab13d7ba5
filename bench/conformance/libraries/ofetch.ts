import {answerOf, initOf, type Library, load} from '../library.ts';

export const library: Library = {
  name: 'ofetch',
  packages: ['ofetch'],
  bodies: ['string', 'bytes', 'blob', 'form', 'params', 'stream'],
  hasTimeout: true,
  knowsMethods: true,
  resendsBrokenWires: true,
  streams: true,
  async client({attempts, delayMs, timeoutMs}) {
    const {ofetch} = await load('ofetch');
    return async (url, init) =>
      answerOf(
        await ofetch.raw(url, {
          ...initOf(init),
          retry: attempts - 1,
          responseType: 'stream', // Otherwise it reads the body before it answers.
          ...(delayMs === undefined ? {} : {retryDelay: delayMs}),
          ...(timeoutMs === undefined ? {} : {timeout: timeoutMs}),
        }),
      );
  },
};
