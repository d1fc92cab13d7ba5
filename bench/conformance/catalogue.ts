/** All rows and all columns. */
import {library as axios} from './libraries/axios.ts';
import {library as cockatiel} from './libraries/cockatiel.ts';
import {library as fetchRetry} from './libraries/fetch-retry.ts';
import {library as ffetch} from './libraries/ffetch.ts';
import {library as got} from './libraries/got.ts';
import {library as grpc} from './libraries/grpc-js.ts';
import {library as ky} from './libraries/ky.ts';
import {library as ofetch} from './libraries/ofetch.ts';
import {library as opossum} from './libraries/opossum.ts';
import {library as pRetry} from './libraries/p-retry.ts';
import {library as steadfetch} from './libraries/steadfetch.ts';
import {library as undici} from './libraries/undici.ts';
import {library as wretch} from './libraries/wretch.ts';
import type {Library} from './library.ts';
import type {Pitfall} from './pitfall.ts';
import {pitfalls as abort} from './pitfalls/abort.ts';
import {pitfalls as backoff} from './pitfalls/backoff.ts';
import {pitfalls as bodies} from './pitfalls/bodies.ts';
import {pitfalls as breaker} from './pitfalls/breaker.ts';
import {pitfalls as bulkhead} from './pitfalls/bulkhead.ts';
import {pitfalls as idempotency} from './pitfalls/idempotency.ts';
import {pitfalls as retryAfter} from './pitfalls/retry-after.ts';

export const libraries: readonly Library[] = [
  steadfetch,
  ky,
  got,
  axios,
  ofetch,
  wretch,
  fetchRetry,
  ffetch,
  cockatiel,
  opossum,
  pRetry,
  undici,
  grpc,
];

export const pitfalls: readonly Pitfall[] = [
  ...abort,
  ...retryAfter,
  ...bodies,
  ...idempotency,
  ...breaker,
  ...bulkhead,
  ...backoff,
];
