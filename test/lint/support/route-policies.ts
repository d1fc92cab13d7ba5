/** Policies of a few fields, with routes that read and write, whose limits are near to each other. */

import fc from 'fast-check';
import type {PolicyInput} from '../../../src/policy/types.ts';
import {countingPolicy} from './counting-policies.ts';

const one = fc.constantFrom;

const retryOn = one<unknown>(
  [503],
  [429, 503, 'network'],
  ['timeout'],
  [500, 502, 503],
  ['network', 429, 503, 'timeout'],
  ['UNAVAILABLE'],
  [400, 429, 500],
);
const methods = one(['GET'], ['POST'], ['PUT'], ['GET', 'POST'], ['POST', 'PATCH'], ['GET', 'HEAD', 'DELETE'], ['GTE']);
const match = fc.record(
  {
    methods,
    path: one('/v1/orders', '/v1/orders/*', '/v1/search', '/payments/*/capture', '/v1/**', '/shop.Orders/Get', '/send'),
    origin: one('https://a.example', 'https://api.stripe.com'),
  },
  {requiredKeys: ['path']},
);
const fields = {
  name: one('a', 'b'),
  retryOn,
  idempotentMethods: methods,
  idempotency: one<unknown>(null, {}, {methods: ['GET']}, {methods: ['POST', 'PATCH']}),
  maxAttempts: one(1, 2, 3, 6),
  deadlineMs: one(400, 3000, 30_000),
  attemptTimeoutMs: one<unknown>(null, 100, 1000, 5000),
  hedge: one<unknown>({delayMs: 50}, {quantile: 0.95}, null),
  breaker: one<unknown>(
    null,
    {kind: 'ratio', probes: 0},
    {kind: 'consecutive', openMs: 10, probes: 0},
    {kind: 'ratio', openMs: 10, maxOpenMs: 3_600_000},
  ),
};

/** As many fields as people write. */
const few = (policy: Readonly<Record<string, unknown>>, kept: readonly number[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(policy).filter((_, index, all) => kept.some(each => each % all.length === index)));

const indexes = fc.array(fc.nat(1000), {minLength: 1, maxLength: 4});

const route = fc.tuple(match, fc.record(fields), indexes).map(([at, all, kept]) => ({match: at, ...few(all, kept)}));

export const routePolicy: fc.Arbitrary<PolicyInput> = fc
  .tuple(countingPolicy, fc.record(fields), fc.array(route, {maxLength: 2}), indexes)
  .map(([counting, all, routes, kept]) => ({...few({...all, ...counting}, kept), routes}) as PolicyInput);
