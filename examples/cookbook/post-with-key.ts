/**
 * Retry a POST that creates something
 *
 * `idempotency` states that the server deduplicates by the key. Each POST then carries one `Idempotency-Key`, the same on every attempt.
 */
import {createFetch} from '../../src/fetch.ts';

const fetch = createFetch({name: 'orders', idempotency: {}});

export const order = (url: string, item: number): Promise<Response> =>
  fetch(url, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({item})});
