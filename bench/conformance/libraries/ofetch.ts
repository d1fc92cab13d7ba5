import {answerOf, initOf, type Library} from '../library.ts';
import {load} from '../load.ts';

export const library: Library = {
  name: 'ofetch',
  packages: ['ofetch'],
  documented: {
    T21: 'a number of retries that is set holds for every method',
    T21b: 'a number of retries that is set holds for every method',
    T22: 'a number of retries that is set holds for every method',
  },
  bodies: ['string', 'bytes', 'blob', 'form', 'params', 'stream'],
  hasTimeout: true,
  knowsMethods: true,
  retriesNetworkErrors: true,
  streams: true,
  async client({attempts, delayMs, timeoutMs, whole}) {
    const {ofetch} = await load('ofetch');
    return async (url, init) => {
      const response = await ofetch.raw(url, {
        ...initOf(init),
        retry: attempts - 1,
        responseType: whole ? 'text' : 'stream', // As text it reads the body before it answers.
        ...(delayMs === undefined ? {} : {retryDelay: delayMs}),
        ...(timeoutMs === undefined ? {} : {timeout: timeoutMs}),
      });
      return whole ? {status: response.status, text: async () => response._data} : answerOf(response);
    };
  },
};
