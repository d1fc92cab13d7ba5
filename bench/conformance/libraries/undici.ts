import {Readable} from 'node:stream';
import type {Library} from '../library.ts';
import {load} from '../load.ts';

export const library: Library = {
  name: 'undici',
  packages: ['undici'],
  documented: {
    T9: 'Retry-After is capped at `maxTimeout`',
  },
  bodies: ['string', 'bytes', 'blob', 'stream'],
  readsRetryAfter: true,
  hasTimeout: true,
  knowsMethods: true,
  retriesNetworkErrors: true,
  streams: true,
  endpoints: {
    /** The paths of the endpoints are the same. */
    async client(urls, {attempts, delayMs}) {
      const {BalancedPool, interceptors} = await load('undici');
      const pool = new BalancedPool(urls.map(url => new URL(url).origin)).compose(
        interceptors.retry({
          maxRetries: attempts - 1,
          minTimeout: delayMs,
          maxTimeout: delayMs,
          timeoutFactor: 1,
          throwOnError: false,
        }),
      );
      return async (url, {headers, signal} = {}) => {
        const {statusCode, body} = await pool.request({
          origin: new URL(urls[0]!).origin,
          path: new URL(url).pathname,
          method: 'GET',
          ...(headers === undefined ? {} : {headers}),
          ...(signal === undefined ? {} : {signal}),
        });
        return {status: statusCode, text: () => body.text()};
      };
    },
  },
  async client({attempts, delayMs, timeoutMs, maxRetryAfterMs}) {
    const {Agent, interceptors, request} = await load('undici');
    const dispatcher = new Agent(timeoutMs === undefined ? {} : {headersTimeout: timeoutMs}).compose(
      interceptors.retry({
        maxRetries: attempts - 1,
        ...(delayMs === undefined ? {} : {minTimeout: delayMs, timeoutFactor: 1}),
        // maxTimeout bounds the backoff and Retry-After alike.
        ...(maxRetryAfterMs !== undefined
          ? {maxTimeout: maxRetryAfterMs}
          : delayMs === undefined
            ? {}
            : {maxTimeout: Math.max(delayMs, 30_000)}),
      }),
    );
    return async (url, {method, body, headers, signal} = {}) => {
      const {statusCode, body: answered} = await request(url, {
        dispatcher,
        method: method ?? 'GET',
        ...(body === undefined ? {} : {body: body instanceof ReadableStream ? Readable.fromWeb(body as never) : body}),
        ...(headers === undefined ? {} : {headers}),
        ...(signal === undefined ? {} : {signal}),
      });
      return {status: statusCode, text: () => answered.text()};
    };
  },
};
