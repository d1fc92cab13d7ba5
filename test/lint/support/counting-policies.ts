/** Policies whose numbers meet: traffic, time limits and guards that are near to each other, so that messages count something. */

import fc from 'fast-check';
import type {PolicyInput} from '../../../src/policy/types.ts';

const one = fc.constantFrom;
const some = (fields: Record<string, fc.Arbitrary<unknown>>, ...requiredKeys: string[]) =>
  fc.record(fields, {requiredKeys});
const orNull = (value: fc.Arbitrary<unknown>) => fc.oneof({arbitrary: value, weight: 4}, fc.constant(null));

const jitter = one('none', 'full', 'equal', 'decorrelated');
const ms = one(1, 20, 100, 250, 1000, 3000, 5000, 20_000, 90_000, 400_000);
const backoff = fc.oneof(
  some({baseMs: ms, throttledBaseMs: ms, factor: one(1, 1.5, 2, 10), capMs: ms, jitter}),
  some({kind: one('linear'), baseMs: ms, stepMs: one(0, 1, 100, 5000), capMs: ms, jitter}, 'kind'),
  some({kind: one('constant'), delayMs: ms, throttledBaseMs: ms, jitter}, 'kind'),
  some({kind: one('list'), delaysMs: fc.array(ms, {minLength: 1, maxLength: 4}), jitter}, 'kind'),
);
const budget = fc.oneof(
  some(
    {
      kind: one('token-bucket'),
      capacity: one(10, 100, 5000, 500_000),
      retryCost: one(1, 14),
      throttledCost: one(0, 5),
      refillPerMinute: one(0, 14, 6000, 90_000),
    },
    'kind',
  ),
  some(
    {
      kind: one('ratio'),
      ratio: one(0, 0.01, 0.2, 1, 1.6, 4),
      windowMs: one(1000, 10_000, 86_400_000),
      minPerSecond: one(0, 1, 10),
    },
    'kind',
  ),
);
const openMs = one(1, 400, 9000, 120_000, 900_000);
const breaker = fc.oneof(
  some(
    {
      kind: one('ratio'),
      failureRatio: one(0.1, 0.5, 1),
      minCalls: one<unknown>('auto', 1, 2, 8, 500),
      windowMs: one(1000, 10_000),
      openMs,
    },
    'kind',
  ),
  some({kind: one('consecutive'), failures: one(1, 3, 8, 90_000), openMs}, 'kind'),
  some(
    {
      kind: one('adaptive'),
      failures: one(1, 3, 5000),
      maxWaitMs: one(0, 3000, 40_000),
      queue: one(0, 40, 10_000, 900_000),
      minProbeMs: one(100, 400_000),
    },
    'kind',
  ),
);
const concurrency = fc.oneof(
  some({max: one(1, 5, 60, 5000), queue: one(0, 1, 40, 5000)}, 'max'),
  some(
    {
      kind: one('adaptive'),
      start: one(1, 20, 500),
      min: one(1, 4, 900),
      max: one(4, 50, 1000),
      decreaseRatio: one(0.5, 0.92, 0.97),
    },
    'kind',
  ),
);
const limit = some(
  {unit: one('requests', 'tokens', 'inputTokens'), max: one(5, 60, 600, 100_000), perMs: one(1000, 60_000)},
  'unit',
  'max',
  'perMs',
);
const quota = some({
  limits: fc.array(limit, {maxLength: 2}),
  startPerSecond: one(null, 1, 10, 60),
  maxWaitMs: one(500, 4000, 60_000),
  queue: one(0, 50, 100_000),
});
const ascending = (values: fc.Arbitrary<Record<string, number>>) =>
  values.map(found => {
    const sorted = Object.values(found).sort((a, b) => a - b);
    return Object.fromEntries(Object.keys(found).map((name, index) => [name, sorted[index]!]));
  });
const latencyMs = ascending(
  fc.oneof(
    fc.record({p50: one(8, 40, 180, 900)}),
    fc.record({p50: one(8, 40, 180, 900), p99: one(60, 400, 2500, 9000)}),
    fc.record({p50: one(8, 40, 180), p95: one(90, 400, 2500), p99: one(600, 4000, 9000)}),
  ) as fc.Arbitrary<Record<string, number>>,
);
const assume = some(
  {rps: one(0.5, 2, 8, 40, 300, 2500), latencyMs, failureRatio: one(0.01, 0.2, 0.6), hangRatio: one(0.01, 0.1)},
  'rps',
);
const objective = some({
  assume,
  latencyMs: ascending(
    fc.record({p50: one(50, 300), p99: one(400, 2000, 9000)}) as fc.Arbitrary<Record<string, number>>,
  ),
  successRatio: one(0.9, 0.999),
  instances: one(1, 20, 900, 300_000),
});

export const countingPolicy = some({
  maxAttempts: one<unknown>(1, 2, 3, 3, 4, 8, 30, 'unlimited'),
  deadlineMs: orNull(one(300, 1500, 5000, 12_000, 60_000, 700_000, 40_000_000)),
  attemptTimeoutMs: orNull(one(40, 300, 1000, 2500, 8000, 90_000)),
  retryOn: fc.oneof(
    one<unknown>([], [503], [429, 503, 'network'], ['timeout'], ['5xx', 'network', 'timeout', 429], [429]),
    one<unknown>([408, 429, 500, 503, 'network', 'timeout']),
  ),
  backoff,
  budget: orNull(budget),
  breaker: orNull(breaker),
  concurrency,
  quota,
  retryAfter: some({honor: fc.boolean(), maxMs: one(200, 5000, 60_000, 7_200_000), scope: one('call', 'origin')}),
  hedge: fc.oneof(
    some({delayMs: one(0, 10, 200), maxLoadRatio: one(0.05, 0.6, 1)}, 'delayMs'),
    some({quantile: one(0.3, 0.95), maxLoadRatio: one(0.05, 0.6)}, 'quantile'),
  ),
  paid: some({
    afterTimeout: fc.boolean(),
    maxPaidAttempts: one(1, 2, 9),
    attemptTimeoutPerOutputTokenMs: one(null, 28),
  }),
  stream: some(
    {commit: one('content'), firstContentMs: one(20, 500, 30_000), holdBytes: one(512, 65_536, 8_388_608)},
    'commit',
  ),
  replayLimitBytes: one(0, 4096, 1_048_576, 900_000_000),
  objective,
  retryingLayers: fc.array(fc.record({name: one('mesh', 'gateway'), maxAttempts: one(2, 3, 5)}), {maxLength: 2}),
}) as fc.Arbitrary<PolicyInput>;
