import type {Library} from '../library.ts';
import {load} from '../load.ts';

export const library: Library = {
  name: 'axios + axios-retry',
  packages: ['axios', 'axios-retry'],
  documented: {
    T21b: 'a network error is retried, whatever the method',
  },
  bodies: ['string', 'bytes', 'blob', 'form', 'params'],
  readsRetryAfter: true,
  hasTimeout: true,
  knowsMethods: true,
  retriesNetworkErrors: true,
  hasJitter: true,
  async client({attempts, delayMs, timeoutMs}) {
    const {default: axios} = await load('axios');
    const {default: axiosRetry, retryAfter} = await load('axios-retry');
    const api = axios.create({
      responseType: 'text',
      proxy: false,
      ...(timeoutMs === undefined ? {} : {timeout: timeoutMs}),
    });
    axiosRetry(api, {
      retries: attempts - 1,
      shouldResetTimeout: true,
      ...(delayMs === undefined
        ? {}
        : {retryDelay: (_: number, error: unknown) => Math.max(delayMs, retryAfter?.(error) ?? 0)}),
    });
    return async (url, {method, body, headers, signal} = {}) => {
      const response = await api.request({
        url,
        method: method ?? 'GET',
        ...(body === undefined ? {} : {data: body}),
        ...(headers === undefined ? {} : {headers}),
        ...(signal === undefined ? {} : {signal}),
      });
      return {status: response.status, text: async () => String(response.data)};
    };
  },
  async jitterOf(count) {
    const {exponentialDelay} = (await load('axios-retry')).default;
    return {waits: Array.from({length: count}, () => exponentialDelay(1) as number), lowest: 200, highest: 240};
  },
  async waits(attempts) {
    const {exponentialDelay} = (await load('axios-retry')).default;
    return Array.from({length: attempts - 1}, (_, retry) => exponentialDelay(retry + 1) as number);
  },
};
