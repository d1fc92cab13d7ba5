/** All rows and all columns. */
import type {Library, Pitfall} from './library.ts';
import {pitfalls as abort} from './pitfalls/abort.ts';
import {pitfalls as backoff} from './pitfalls/backoff.ts';
import {pitfalls as batch} from './pitfalls/batch.ts';
import {pitfalls as bodies} from './pitfalls/bodies.ts';
import {pitfalls as breaker} from './pitfalls/breaker.ts';
import {pitfalls as breakerCounts} from './pitfalls/breaker-counts.ts';
import {pitfalls as breakerTurns} from './pitfalls/breaker-turns.ts';
import {pitfalls as budget} from './pitfalls/budget.ts';
import {pitfalls as bulkhead} from './pitfalls/bulkhead.ts';
import {pitfalls as doubles} from './pitfalls/doubles.ts';
import {pitfalls as endpoints} from './pitfalls/endpoints.ts';
import {pitfalls as grpc} from './pitfalls/grpc.ts';
import {pitfalls as hedging} from './pitfalls/hedging.ts';
import {pitfalls as idempotency} from './pitfalls/idempotency.ts';
import {pitfalls as retryAfter} from './pitfalls/retry-after.ts';
import {pitfalls as settling} from './pitfalls/settling.ts';
import {pitfalls as stall} from './pitfalls/stall.ts';
import {pitfalls as telemetry} from './pitfalls/telemetry.ts';

/** The columns, by file. A cell loads its own alone: what the others import would be most of its time. */
export const columns: readonly string[] = [
  'steadfetch',
  'ky',
  'got',
  'axios',
  'ofetch',
  'wretch',
  'fetch-retry',
  'ffetch',
  'cockatiel',
  'opossum',
  'p-retry',
  'undici',
  'grpc/grpc-js',
];

export const libraryOf = async (column: string): Promise<Library> =>
  ((await import(`./libraries/${column}.ts`)) as {library: Library}).library;

/** In the order of their numbers. */
export const pitfalls: readonly Pitfall[] = [
  ...abort,
  ...retryAfter,
  ...bodies,
  ...idempotency,
  ...breakerTurns,
  ...breakerCounts,
  ...breaker,
  ...bulkhead,
  ...hedging,
  ...budget,
  ...backoff,
  ...batch,
  ...doubles,
  ...endpoints,
  ...grpc,
  ...settling,
  ...stall,
  ...telemetry,
].sort((a, b) => numberOf(a) - numberOf(b) || a.id.localeCompare(b.id));

function numberOf({id}: Pitfall): number {
  return Number.parseInt(id.slice(1), 10);
}
