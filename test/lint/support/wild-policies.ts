/** Policies that are right in every field and wild as a whole. */

import fc from 'fast-check';

const one = fc.constantFrom;
const some = (fields: Record<string, fc.Arbitrary<unknown>>, ...required: string[]) =>
  fc.record(fields, {requiredKeys: required});
const orNull = (value: fc.Arbitrary<unknown>) => fc.oneof(fc.constant(null), value);

const ms = fc.oneof(one(0, 1, 50, 100, 1000, 5000, 30_000, 60_000, Number.MAX_SAFE_INTEGER), fc.nat(100_000));
const duration = orNull(ms.map(value => Math.max(1, value)));
const ratio = one(0, 0.01, 0.05, 0.3, 0.9, 1);
const method = one('GET', 'get', 'POST', 'PATCH', 'PUT', 'PSOT', 'PURGE');
const methods = fc.array(method, {maxLength: 4});
const jitter = one('none', 'full', 'equal', 'decorrelated');
const trigger = one(
  400,
  404,
  408,
  409,
  429,
  500,
  501,
  503,
  525,
  '4xx',
  '5xx',
  'network',
  'timeout',
  'UNAVAILABLE',
  'ABORTED',
);
const quantiles = some({p50: one(0.5, 10, 180), p95: one(5, 200, 410), p99: one(300, 576), max: one(1, 600, 20_000)});

const backoff = fc.oneof(
  some({kind: one('exponential'), baseMs: ms, throttledBaseMs: ms, factor: one(1, 2, 100), capMs: ms, jitter}),
  some({kind: one('linear'), baseMs: ms, stepMs: ms, capMs: ms, jitter}, 'kind'),
  some({kind: one('constant'), delayMs: ms, throttledBaseMs: ms, jitter}, 'kind'),
  some({kind: one('list'), delaysMs: fc.array(ms, {minLength: 1, maxLength: 6}), jitter}, 'kind'),
);
const budget = fc.oneof(
  some(
    {kind: one('token-bucket'), capacity: one(0, 10, 100), retryCost: one(0, 14), refillPerMinute: one(0, 6000)},
    'kind',
  ),
  some({kind: one('ratio'), ratio: one(0, 0.1, 3), minPerSecond: one(0, 10)}, 'kind'),
);
const breaker = fc.oneof(
  some(
    {
      kind: one('ratio'),
      failureRatio: one(0.5, 1),
      minCalls: one<unknown>(1, 3, 1e6, 'auto'),
      openMs: one(1, 15_000, 3_600_000),
      maxOpenMs: one(null, 3_600_000),
      probes: one(0, 3),
    },
    'kind',
  ),
  some({kind: one('consecutive'), failures: one(1, 3, 5), openMs: one(1, 15_000), probes: one(0, 3)}, 'kind'),
);
const assume = some({
  rps: one(0, 0.01, 50),
  latencyMs: quantiles,
  failureRatio: ratio,
  failureLatencyMs: one(0, 20, 900),
  hangRatio: ratio,
});
const concurrency = fc.oneof(
  some({max: one(1, 5, 1e6), queue: one(0, 1000)}),
  some(
    {
      kind: one('adaptive'),
      start: one(1, 20, 500),
      min: one(1, 4, 50),
      max: one(4, 50, 256),
      decreaseRatio: one(0.1, 0.7, 0.9, 0.95, 0.99),
      queue: one(0, 10, 1000),
    },
    'kind',
  ),
);
const limit = fc.record({
  unit: one('requests', 'inputTokens', 'outputTokens', 'tokens'),
  max: one(1, 20, 500, 1e9),
  perMs: one(100, 1000, 60_000, 86_400_000),
});
const quota = some({
  limits: fc.array(limit, {maxLength: 3}),
  learn: fc.boolean(),
  maxWaitMs: ms.filter(value => value <= 86_400_000),
  queue: one(0, 10, 1000),
  scope: one('origin', 'route'),
});
const stream = some({
  commit: one('content', 'headers'),
  firstContentMs: duration,
  holdBytes: one(1, 1024, 65_536, 16_777_216),
});
const fields = {
  maxAttempts: one<unknown>(1, 2, 3, 6, 20, 1e15, 'unlimited', null),
  deadlineMs: duration,
  attemptTimeoutMs: duration,
  retryOn: fc.array(trigger, {maxLength: 6}),
  idempotentMethods: methods,
  idempotency: orNull(some({methods})),
  backoff,
  budget: orNull(budget),
  breaker: orNull(breaker),
  retryAfter: some({honor: fc.boolean(), maxMs: fc.oneof(ms, one(7_200_000)), scope: one('call', 'origin')}),
  hedge: orNull(
    fc.oneof(
      some({delayMs: one(0, 100, 100_000), maxLoadRatio: one(0, 0.05, 1)}, 'delayMs'),
      some({quantile: one(0.2, 0.95), maxLoadRatio: one(0, 0.05, 1)}, 'quantile'),
    ),
  ),
  idleTimeoutMs: duration,
  concurrency: orNull(concurrency),
  quota: orNull(quota),
  stream: orNull(stream),
  paid: orNull(
    some({
      afterTimeout: fc.boolean(),
      maxPaidAttempts: one(1, 2, 10),
      attemptTimeoutPerOutputTokenMs: one(null, 28, 60_000),
    }),
  ),
  refusals: orNull(some({readBytes: one(1024, 16_384)})),
  nested: one('observe', 'yield'),
  attemptHeader: one(null, 'x-attempt'),
  correlation: orNull(some({sendTo: one<unknown>('all', null, ['https://a.example'])})),
  replayLimitBytes: one(0, 1024, 1024 ** 3),
  deadlineHeader: one(null, 'x-deadline'),
  objective: orNull(some({latencyMs: quantiles, successRatio: one(0, 0.99, 1), instances: one(1, 500, 1e6), assume})),
  'x-note': one<unknown>('a note', {token: 'q7Zk20fLm4Rt9xWb'}, ['Bearer 0f1e2d3c4b5a69788796a5b4']),
};
/** A policy that others extend: it has no routes. */
export const wildBase: fc.Arbitrary<Record<string, unknown>> = some(fields);

const path = one('/v1/chat/completions', '/v1/orders', '/v1/**', '/**', '/v1/search', '/shop.Orders/Get');
const origin = one('https://a.example', 'http://b.example:8080', 'http://ledger', 'http://localhost');
const match = some({methods: fc.array(method, {minLength: 1, maxLength: 3}), origin, path});
const layers = fc.array(fc.record({name: one('mesh'), maxAttempts: one(1, 2, 4, 1e9)}), {maxLength: 2});
const routes = fc.array(some({match, name: one('a', 'b'), ...fields}, 'match'), {maxLength: 4});
export const wildPolicy: fc.Arbitrary<Record<string, unknown>> = some({
  ...fields,
  retryingLayers: layers,
  routes,
  extends: one([], ['steadfetch:llm'], ['steadfetch:payments'], ['./base.json']),
});
