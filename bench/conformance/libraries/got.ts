import type {Library} from '../library.ts';
import {load} from '../load.ts';

export const library: Library = {
  name: 'got',
  packages: ['got'],
  bodies: ['string', 'bytes', 'form'],
  readsRetryAfter: true,
  hasTimeout: true,
  knowsMethods: true,
  retriesNetworkErrors: true,
  async jitterOf(count, url) {
    const {default: got} = await load('got');
    const waits: number[] = [];
    const calculateDelay = ({computedValue}: {computedValue: number}): number => {
      waits.push(computedValue);
      return 0; // Not again.
    };
    for (let call = 0; call < count; call++) await got(url, {retry: {limit: 1, calculateDelay}}).catch(() => {});
    return {waits, lowest: 1000, highest: 1100};
  },
  async client({attempts, delayMs, timeoutMs, maxRetryAfterMs}) {
    const {default: got} = await load('got');
    return async (url, {method, body, headers, signal} = {}) => {
      const response = await got(url, {
        method: (method ?? 'GET') as 'GET',
        ...(body === undefined ? {} : {body}),
        ...(headers === undefined ? {} : {headers}),
        ...(signal === undefined ? {} : {signal}),
        ...(timeoutMs === undefined ? {} : {timeout: {request: timeoutMs}}),
        retry: {
          limit: attempts - 1,
          // A wait of our own replaces got's backoff, and 0 from got means: not again.
          ...(delayMs === undefined
            ? {}
            : {
                calculateDelay: ({computedValue, retryAfter}: {computedValue: number; retryAfter?: number}) =>
                  computedValue === 0 || retryAfter !== undefined ? computedValue : delayMs,
              }),
          ...(maxRetryAfterMs === undefined ? {} : {maxRetryAfter: maxRetryAfterMs}),
        },
      });
      return {status: response.statusCode, text: async () => response.body};
    };
  },
};
