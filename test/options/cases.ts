/** For every field, what changing it, and nothing else, changes. Chance says 0.5 throughout. */
import type {PolicyInput} from '../../src/core.ts';
import {reportOf} from '../../src/core.ts';
import {answer, connectionError, ITEMS, type World} from '../call/world.ts';
import {AT_ONCE} from '../support/policies.ts';
import {endpointCases} from './endpoint-cases.ts';
import type {Case, Scenario} from './harness.ts';
import {
  carries,
  lastOfCalls,
  learnedHedge,
  moments,
  oneCall,
  otherAccount,
  otherCallHeld,
  otherModel,
  otherRoute,
  pingsBeforeContent,
  probesAfter,
  sendsAt,
  sendsOf,
  sendsOfCalls,
  sentAfter,
  silentStream,
  slowCall,
  together,
  typesOfEvents,
} from './scenarios.ts';

const POST = {method: 'POST'};
const oneAttempt: PolicyInput = {maxAttempts: 1};
const retried = {maxAttempts: 10, backoff: {...AT_ONCE}, breaker: null} as const;
/** One request a second. */
const stated = {limits: [{unit: 'requests', max: 1, perMs: 1000}], learn: false} as const;
const aAndB: PolicyInput = {
  maxAttempts: 1,
  routes: [
    {match: {path: '/a'}, name: 'a'},
    {match: {path: '/b'}, name: 'b'},
  ],
};

const policyName: Scenario = async world => reportOf(await world.clock.run(() => world.fetch(ITEMS)))?.policyName;

const named: readonly Case[] = [
  {path: 'name', a: {name: 'orders'}, b: {name: 'payments'}, scenario: policyName, expect: ['orders', 'payments']},
  {
    path: 'extends',
    a: {extends: ['steadfetch:interactive']},
    b: {extends: ['steadfetch:batch']},
    both: oneAttempt,
    scenario: oneCall(['hang']),
    expect: ['0: ATTEMPT_TIMEOUT (attempts-exhausted) at 2500', '0: ATTEMPT_TIMEOUT (attempts-exhausted) at 30000'],
  },
  {
    path: 'extends',
    a: {extends: ['steadfetch:interactive', 'steadfetch:llm']},
    b: {extends: ['steadfetch:llm', 'steadfetch:payments']},
    both: oneAttempt,
    scenario: oneCall(['hang']),
    expect: ['0: ATTEMPT_TIMEOUT (attempts-exhausted) at 600000', '0: ATTEMPT_TIMEOUT (attempts-exhausted) at 15000'],
  },
  {
    path: 'extends',
    a: {extends: ['steadfetch:default']},
    b: {extends: ['steadfetch:neutral']},
    scenario: carries(['x-correlation-id']),
    expect: [['call-1'], [null]],
  },
];

const attempts: readonly Case[] = [
  {
    path: 'maxAttempts',
    a: {maxAttempts: 2},
    b: {maxAttempts: 'unlimited'},
    both: {deadlineMs: 1000, backoff: {kind: 'constant', delayMs: 300, jitter: 'none'}},
    scenario: oneCall([503]),
    expect: ['0 300: 503 (attempts-exhausted) at 300', '0 300 600 900: 503 (deadline) at 900'],
  },
  {
    path: 'maxAttempts',
    a: {maxAttempts: 1},
    b: {maxAttempts: null},
    scenario: typesOfEvents,
    expect: ['attempt.end retry.abandoned call.end', 'attempt.end call.end'],
  },
  {
    path: 'deadlineMs',
    a: {deadlineMs: 1000},
    b: {deadlineMs: 3000},
    scenario: async world => {
      world.serve('hang');
      const end = await world.run();
      return `${end.split(' ')[0]} at ${world.clock.now()}`;
    },
    expect: ['DEADLINE_EXCEEDED at 1000', 'DEADLINE_EXCEEDED at 3000'],
  },
  {
    path: 'deadlineMs',
    a: {deadlineMs: 1000},
    b: {deadlineMs: null},
    both: {...oneAttempt, attemptTimeoutMs: 5000},
    scenario: async world => {
      world.serve('hang');
      const end = await world.run();
      return `${end.split(' ')[0]} at ${world.clock.now()}`;
    },
    expect: ['DEADLINE_EXCEEDED at 1000', 'ATTEMPT_TIMEOUT at 5000'],
  },
  {
    path: 'attemptTimeoutMs',
    a: {attemptTimeoutMs: 500},
    b: {attemptTimeoutMs: 1000},
    both: oneAttempt,
    scenario: oneCall(['hang']),
    expect: ['0: ATTEMPT_TIMEOUT (attempts-exhausted) at 500', '0: ATTEMPT_TIMEOUT (attempts-exhausted) at 1000'],
  },
  {
    path: 'attemptTimeoutMs',
    a: {attemptTimeoutMs: 500},
    b: {attemptTimeoutMs: null},
    both: {...oneAttempt, deadlineMs: null},
    scenario: async world => {
      world.serveSlowly(100_000, 200);
      return `${await world.run()} at ${world.clock.now()}`;
    },
    expect: ['ATTEMPT_TIMEOUT (attempts-exhausted) at 500', '200 at 100000'],
  },
  {
    path: 'idleTimeoutMs',
    a: {idleTimeoutMs: 1000},
    b: {idleTimeoutMs: 2000},
    scenario: silentStream,
    expect: ['IDLE_TIMEOUT at 1000', 'IDLE_TIMEOUT at 2000'],
  },
  {
    path: 'idleTimeoutMs',
    a: {idleTimeoutMs: 1000},
    b: {idleTimeoutMs: null},
    scenario: silentStream,
    expect: ['IDLE_TIMEOUT at 1000', 'silence'],
  },
];

const transient: readonly Case[] = (
  [
    [418, sendsOf(418, 200)],
    ['4xx', sendsOf(404, 200)],
    ['5xx', sendsOf(507, 200)],
    ['network', sendsOf(connectionError('ECONNRESET', {syscall: 'read'}), 200)],
    ['timeout', sendsOf('hang', 200)],
  ] as const
).map(([trigger, scenario]) => ({
  path: 'retryOn',
  a: {retryOn: []},
  b: {retryOn: [trigger]},
  scenario,
  expect: [1, 2],
}));

const keys: readonly Case[] = [
  {
    path: 'idempotentMethods',
    a: {idempotentMethods: ['GET']},
    b: {idempotentMethods: ['POST']},
    both: {backoff: AT_ONCE},
    scenario: oneCall([503, 200], POST),
    expect: ['0: 503 (may-have-acted) at 0', '0 0: 200 at 0'],
  },
  {
    path: 'idempotency',
    a: {idempotency: null},
    b: {idempotency: {}},
    both: {backoff: AT_ONCE},
    scenario: oneCall([503, 200], POST),
    expect: ['0: 503 (may-have-acted) at 0', '0 0: 200 at 0'],
  },
  {
    path: 'idempotency.header',
    a: {idempotency: {header: 'x-first'}},
    b: {idempotency: {header: 'x-second'}},
    scenario: carries(['x-first', 'x-second', 'idempotency-key'], POST),
    expect: [
      ['key-1', null, null],
      [null, 'key-1', null],
    ],
  },
  {
    path: 'idempotency.methods',
    a: {idempotency: {methods: ['POST']}},
    b: {idempotency: {methods: ['PATCH']}},
    scenario: carries(['idempotency-key'], POST),
    expect: [['key-1'], [null]],
  },
  {
    path: 'idempotency.format',
    a: {idempotency: {format: 'raw'}},
    b: {idempotency: {format: 'sf-string'}},
    scenario: carries(['idempotency-key'], POST),
    expect: [['key-1'], ['"key-1"']],
  },
];

/** Waits after 503, or after 429. Written without jitter unless that is the question. */
const wait = (
  path: string,
  a: NonNullable<PolicyInput['backoff']>,
  b: NonNullable<PolicyInput['backoff']>,
  expect: readonly [string, string],
  status = 503,
): Case => ({path: `backoff${path}`, a: {backoff: a}, b: {backoff: b}, scenario: moments(status), expect});

const none = {jitter: 'none'} as const;
const exponential = {kind: 'exponential', ...none} as const;
const linear = {kind: 'linear', ...none} as const;
const constant = {kind: 'constant', delayMs: 100, ...none} as const;
const list = {kind: 'list', delaysMs: [100, 400], ...none} as const;

const backoff: readonly Case[] = [
  wait('.kind', exponential, linear, ['0 100 300', '0 100 400']),
  wait('.kind', {kind: 'constant', ...none}, {kind: 'list', ...none}, ['0 1000 2000', '0 200 1200']),

  wait('(exponential).baseMs', {...exponential, baseMs: 100}, {...exponential, baseMs: 250}, [
    '0 100 300',
    '0 250 750',
  ]),
  wait(
    '(exponential).throttledBaseMs',
    {...exponential, throttledBaseMs: 1000},
    {...exponential, throttledBaseMs: 3000},
    ['0 1000 3000', '0 3000 9000'],
    429,
  ),
  wait('(exponential).factor', {...exponential, factor: 2}, {...exponential, factor: 3}, ['0 100 300', '0 100 400']),
  wait('(exponential).capMs', {...exponential, capMs: 150}, {...exponential, capMs: 500}, ['0 100 250', '0 100 300']),
  wait('(exponential).jitter', {kind: 'exponential', jitter: 'none'}, {kind: 'exponential', jitter: 'full'}, [
    '0 100 300',
    '0 50 150',
  ]),
  wait('(exponential).jitter', {kind: 'exponential', jitter: 'equal'}, {kind: 'exponential', jitter: 'decorrelated'}, [
    '0 75 225',
    '0 200 550',
  ]),

  wait('(linear).baseMs', {...linear, baseMs: 100}, {...linear, baseMs: 400}, ['0 100 400', '0 400 1000']),
  wait(
    '(linear).throttledBaseMs',
    {...linear, throttledBaseMs: 1000},
    {...linear, throttledBaseMs: 3000},
    ['0 1000 2200', '0 3000 6200'],
    429,
  ),
  wait('(linear).stepMs', {...linear, stepMs: 200}, {...linear, stepMs: 500}, ['0 100 400', '0 100 700']),
  wait('(linear).capMs', {...linear, capMs: 250}, {...linear, capMs: 500}, ['0 100 350', '0 100 400']),
  wait('(linear).jitter', {kind: 'linear', jitter: 'none'}, {kind: 'linear', jitter: 'full'}, [
    '0 100 400',
    '0 50 200',
  ]),
  wait('(linear).jitter', {kind: 'linear', jitter: 'equal'}, {kind: 'linear', jitter: 'decorrelated'}, [
    '0 75 300',
    '0 200 550',
  ]),

  wait('(constant).delayMs', {...constant, delayMs: 300}, {...constant, delayMs: 500}, ['0 300 600', '0 500 1000']),
  wait(
    '(constant).throttledBaseMs',
    {...constant, throttledBaseMs: 1000},
    {...constant, throttledBaseMs: 2000},
    ['0 1000 2000', '0 2000 4000'],
    429,
  ),
  wait('(constant).jitter', {...constant, jitter: 'none'}, {...constant, jitter: 'full'}, ['0 100 200', '0 50 100']),
  wait('(constant).jitter', {...constant, jitter: 'equal'}, {...constant, jitter: 'decorrelated'}, [
    '0 75 150',
    '0 200 550',
  ]),

  wait('(list).delaysMs', {...list, delaysMs: [100, 400]}, {...list, delaysMs: [300]}, ['0 100 500', '0 300 600']),
  wait(
    '(list).throttledBaseMs',
    {...list, throttledBaseMs: 1000},
    {...list, throttledBaseMs: 2000},
    ['0 1000 2000', '0 2000 4000'],
    429,
  ),
  wait('(list).jitter', {...list, jitter: 'none'}, {...list, jitter: 'full'}, ['0 100 500', '0 50 250']),
  wait('(list).jitter', {...list, jitter: 'equal'}, {...list, jitter: 'decorrelated'}, ['0 75 375', '0 200 550']),
];

const hinted = [answer(503, {'retry-after': '2'}), 200];
const retryAfter: readonly Case[] = [
  {
    path: 'retryAfter.honor',
    a: {retryAfter: {honor: true}},
    b: {retryAfter: {honor: false}},
    both: {backoff: {jitter: 'none'}},
    scenario: oneCall(hinted),
    expect: ['0 2100: 200 at 2100', '0 100: 200 at 100'],
  },
  {
    path: 'retryAfter.maxMs',
    a: {retryAfter: {maxMs: 1999}},
    b: {retryAfter: {maxMs: 2000}},
    scenario: oneCall(hinted),
    expect: ['0: 503 (hint-too-long) at 0', '0 2100: 200 at 2100'],
  },
  {
    path: 'retryAfter.scope',
    a: {retryAfter: {scope: 'call'}},
    b: {retryAfter: {scope: 'origin'}},
    scenario: otherCallHeld,
    expect: ['0 100 2100', '0 2100 2100'],
  },
];

const exhausted = answer(
  429,
  {'content-type': 'application/json'},
  '{"error":{"code":"insufficient_quota","message":"Check your plan."}}',
);
const sendsToExhausted: Scenario = async world => {
  world.serve(exhausted, 200);
  await world.clock.run(async () => (await world.fetch(ITEMS)).text());
  return world.sends;
};
const refusals: readonly Case[] = [
  {path: 'refusals', a: {refusals: null}, b: {refusals: {}}, scenario: sendsToExhausted, expect: [2, 1]},
  {
    path: 'refusals.readBytes',
    a: {refusals: {readBytes: 50}},
    b: {refusals: {readBytes: 100}},
    scenario: sendsToExhausted,
    expect: [2, 1],
  },
];

const generation = (tokens: number): RequestInit => ({method: 'PUT', body: JSON.stringify({max_tokens: tokens})});
const sendsOfHanging: Scenario = async world => {
  world.serve('hang');
  await world.run(ITEMS, generation(10));
  return world.sends;
};
const sendsOfFailing: Scenario = async world => {
  world.serve(500);
  await world.run(ITEMS, generation(10));
  return world.sends;
};
const timeOfHanging: Scenario = async world => {
  world.serve('hang');
  await world.run(ITEMS, generation(1000));
  return world.clock.now();
};
const free = {...retried, budget: null, deadlineMs: 100_000, attemptTimeoutMs: 100} as const;
const paid: readonly Case[] = [
  {path: 'paid', a: {paid: null}, b: {paid: {}}, both: free, scenario: sendsOfHanging, expect: [10, 1]},
  {
    path: 'paid.afterTimeout',
    a: {paid: {afterTimeout: false}},
    b: {paid: {afterTimeout: true}},
    both: free,
    scenario: sendsOfHanging,
    expect: [1, 2],
  },
  {
    path: 'paid.maxPaidAttempts',
    a: {paid: {maxPaidAttempts: 2}},
    b: {paid: {maxPaidAttempts: 3}},
    both: free,
    scenario: sendsOfFailing,
    expect: [2, 3],
  },
  {
    path: 'paid.maxFreeAttempts',
    a: {maxAttempts: 2, paid: {maxFreeAttempts: 0}},
    b: {maxAttempts: 2, paid: {maxFreeAttempts: 3}},
    both: {...free, budget: null},
    scenario: sendsOf(429),
    expect: [2, 5],
  },
  {
    path: 'paid.attemptTimeoutPerOutputTokenMs',
    a: {paid: {attemptTimeoutPerOutputTokenMs: 28}},
    b: {paid: {attemptTimeoutPerOutputTokenMs: null}},
    both: free,
    scenario: timeOfHanging,
    expect: [28_000, 100],
  },
];

/** Budgets are counted in requests of a call that fails for ever. */
const budget: readonly Case[] = [
  {
    path: 'budget',
    a: {budget: null},
    b: {budget: {}},
    both: retried,
    scenario: sendsOf(503),
    expect: [10, 8], // 100 tokens pay for seven retries at 14
  },
  {
    path: 'budget.kind',
    a: {budget: {kind: 'token-bucket'}},
    b: {budget: {kind: 'ratio'}},
    both: retried,
    scenario: sendsOf(503),
    expect: [8, 1], // a tenth of one call is no retry
  },
  {
    path: 'budget(token-bucket).capacity',
    a: {budget: {kind: 'token-bucket', capacity: 14}},
    b: {budget: {kind: 'token-bucket', capacity: 28}},
    both: retried,
    scenario: sendsOf(503),
    expect: [2, 3],
  },
  {
    path: 'budget(token-bucket).retryCost',
    a: {budget: {kind: 'token-bucket', retryCost: 100}},
    b: {budget: {kind: 'token-bucket', retryCost: 50}},
    both: retried,
    scenario: sendsOf(503),
    expect: [2, 3],
  },
  {
    path: 'budget(token-bucket).throttledCost',
    a: {budget: {kind: 'token-bucket', throttledCost: 100}},
    b: {budget: {kind: 'token-bucket', throttledCost: 50}},
    both: retried,
    scenario: sendsOf(429),
    expect: [2, 3],
  },
  {
    path: 'budget(token-bucket).refillPerMinute',
    a: {budget: {kind: 'token-bucket', capacity: 14, refillPerMinute: 0}},
    b: {budget: {kind: 'token-bucket', capacity: 14, refillPerMinute: 14}},
    both: retried,
    scenario: sendsAt([
      [0, 503],
      [60_000, 503],
    ]),
    expect: [3, 4],
  },
  {
    path: 'budget(ratio).ratio',
    a: {budget: {kind: 'ratio', ratio: 0.5}},
    b: {budget: {kind: 'ratio', ratio: 1}},
    both: retried,
    scenario: sendsOf(503),
    expect: [1, 2],
  },
  {
    path: 'budget(ratio).windowMs',
    a: {budget: {kind: 'ratio', ratio: 1, windowMs: 1000}},
    b: {budget: {kind: 'ratio', ratio: 1, windowMs: 10_000}},
    both: retried,
    scenario: sendsAt([
      [0, 200],
      [5000, 503],
    ]),
    expect: [3, 4],
  },
  {
    path: 'budget(ratio).minPerSecond',
    a: {budget: {kind: 'ratio', ratio: 0, windowMs: 2000, minPerSecond: 0}},
    b: {budget: {kind: 'ratio', ratio: 0, windowMs: 2000, minPerSecond: 1}},
    both: retried,
    scenario: sendsOf(503),
    expect: [1, 3],
  },
];

type BreakerInput = NonNullable<PolicyInput['breaker']>;

/** Cases that both kinds of breaker share; `trips` is what opens that kind at the first failure. */
const breakerTimes = (kind: 'ratio' | 'consecutive', trips: BreakerInput): Case[] => {
  const pair = (
    field: string,
    a: object,
    b: object,
    scenario: Scenario,
    expect: Case['expect'],
    both = oneAttempt,
  ) => ({
    path: `breaker(${kind}).${field}`,
    a: {breaker: {...trips, ...a} as BreakerInput},
    b: {breaker: {...trips, ...b} as BreakerInput},
    both,
    scenario,
    expect,
  });
  const failing = (...moments: number[]) => sendsAt(moments.map(at => [at, 503]));
  return [
    pair('openMs', {openMs: 1000}, {openMs: 5000}, failing(0, 2000), [2, 1]),
    // The probe at 1000 fails: open until 2000, or until 3000.
    ...[1000, null].map(maxOpenMs =>
      pair(
        'maxOpenMs',
        {openMs: 1000, maxOpenMs, probes: 1},
        {openMs: 1000, maxOpenMs: 4000, probes: 1},
        failing(0, 1000, 2500),
        [3, 2],
      ),
    ),
    pair('probes', {openMs: 1000, probes: 1}, {openMs: 1000, probes: 2}, probesAfter(1000, 4), [1, 2]),
    pair('probes', {openMs: 1000, probes: 0}, {openMs: 1000, probes: 3}, probesAfter(1000, 4), [0, 3]),
    pair('scope', {scope: 'origin'}, {scope: 'route'}, otherRoute, ['CIRCUIT_OPEN (breaker-open)', '200'], aAndB),
  ];
};

/** What opens at the first failure, unless a case says otherwise. */
const adaptive = (
  field: string,
  [a, b]: readonly [object, object],
  scenario: Scenario,
  expect: Case['expect'],
  both = oneAttempt,
): Case => ({
  path: `breaker(adaptive).${field}`,
  a: {breaker: {kind: 'adaptive', failures: 1, ...a} as BreakerInput},
  b: {breaker: {kind: 'adaptive', failures: 1, ...b} as BreakerInput},
  both,
  scenario,
  expect,
});

/** Failing calls one after another at these moments: how many reach the server. */
const failingAt = (...moments: number[]): Scenario => sendsAt(moments.map(at => [at, 503]));

const adaptiveBreaker: readonly Case[] = [
  adaptive(
    'failures',
    [
      {failures: 2, maxWaitMs: 0},
      {failures: 3, maxWaitMs: 0},
    ],
    sendsOfCalls(5, 503),
    [2, 3],
  ),
  adaptive(
    'minProbeMs',
    [
      {minProbeMs: 100, maxWaitMs: 0},
      {minProbeMs: 500, maxWaitMs: 0},
    ],
    failingAt(0, 200),
    [2, 1],
  ),
  // A probe at 20000; the next one an eighth of that later, or sooner.
  adaptive(
    'maxProbeMs',
    [
      {maxProbeMs: 2000, maxWaitMs: 0},
      {maxProbeMs: 500, maxWaitMs: 0},
    ],
    failingAt(0, 20_000, 21_000),
    [2, 3],
  ),
  adaptive('maxWaitMs', [{maxWaitMs: 0}, {maxWaitMs: 3000}], sendsOfCalls(2, 503), [1, 2]),
  ...[null, 30_000].map(maxAgeMs =>
    adaptive('maxAgeMs', [{maxAgeMs}, {maxAgeMs: 1000}], failingAt(0, 5000, 5000), [3, 2]),
  ),
  adaptive('queue', [{queue: 0}, {queue: 1}], sendsOfCalls(2, 503), [1, 2]),
  adaptive(
    'scope',
    [
      {scope: 'origin', maxWaitMs: 0},
      {scope: 'route', maxWaitMs: 0},
    ],
    otherRoute,
    ['CIRCUIT_OPEN (breaker-open)', '200'],
    aAndB,
  ),
];

const breaker: readonly Case[] = [
  ...adaptiveBreaker,
  {
    path: 'breaker',
    a: {breaker: null},
    b: {breaker: {}},
    both: oneAttempt,
    scenario: lastOfCalls(9, 503),
    expect: [0, 100],
  },
  {
    path: 'breaker.kind',
    a: {breaker: {kind: 'adaptive'}},
    b: {breaker: {kind: 'ratio'}},
    both: oneAttempt,
    scenario: lastOfCalls(9, 503),
    expect: [100, 0],
  },
  {
    path: 'breaker.kind',
    a: {breaker: {kind: 'ratio'}},
    b: {breaker: {kind: 'consecutive'}},
    both: oneAttempt,
    scenario: sendsOfCalls(22, 503),
    expect: [20, 5],
  },
  {
    path: 'breaker(ratio).failureRatio',
    a: {breaker: {kind: 'ratio', minCalls: 2, failureRatio: 0.5}},
    b: {breaker: {kind: 'ratio', minCalls: 2, failureRatio: 1}},
    both: oneAttempt,
    scenario: sendsOfCalls(4, 200, 503),
    expect: [2, 4],
  },
  {
    path: 'breaker(ratio).windowMs',
    a: {breaker: {kind: 'ratio', minCalls: 2, windowMs: 1000}},
    b: {breaker: {kind: 'ratio', minCalls: 2, windowMs: 10_000}},
    both: oneAttempt,
    scenario: sendsAt([
      [0, 503],
      [5000, 503],
      [5000, 503],
    ]),
    expect: [3, 2],
  },
  {
    path: 'breaker(ratio).minCalls',
    a: {breaker: {kind: 'ratio', minCalls: 2}},
    b: {breaker: {kind: 'ratio', minCalls: 3}},
    both: oneAttempt,
    scenario: sendsOfCalls(5, 503),
    expect: [2, 3],
  },
  {
    path: 'breaker(ratio).minCalls',
    a: {breaker: {kind: 'ratio', minCalls: 'auto'}},
    b: {breaker: {kind: 'ratio', minCalls: 4}},
    both: oneAttempt,
    scenario: sendsOfCalls(30, 200, 200, 503, 503),
    expect: [24, 4],
  },
  ...breakerTimes('ratio', {kind: 'ratio', minCalls: 1}),
  {
    path: 'breaker(consecutive).failures',
    a: {breaker: {kind: 'consecutive', failures: 2}},
    b: {breaker: {kind: 'consecutive', failures: 3}},
    both: oneAttempt,
    scenario: sendsOfCalls(5, 503),
    expect: [2, 3],
  },
  ...breakerTimes('consecutive', {kind: 'consecutive', failures: 1}),
];

const load: readonly Case[] = [
  {
    path: 'concurrency',
    a: {concurrency: null},
    b: {concurrency: {}},
    scenario: together(51),
    expect: [
      {ends: {200: 51}, arrivals: {0: 51}},
      {ends: {200: 50, 'CONCURRENCY_LIMIT (concurrency-limit)': 1}, arrivals: {0: 50}},
    ],
  },
  {
    path: 'concurrency(fixed).max',
    a: {concurrency: {max: 1}},
    b: {concurrency: {max: 2}},
    scenario: together(3),
    expect: [
      {ends: {200: 1, 'CONCURRENCY_LIMIT (concurrency-limit)': 2}, arrivals: {0: 1}},
      {ends: {200: 2, 'CONCURRENCY_LIMIT (concurrency-limit)': 1}, arrivals: {0: 2}},
    ],
  },
  {
    path: 'concurrency(fixed).queue',
    a: {concurrency: {max: 1, queue: 0}},
    b: {concurrency: {max: 1, queue: 2}},
    scenario: together(3),
    expect: [
      {ends: {200: 1, 'CONCURRENCY_LIMIT (concurrency-limit)': 2}, arrivals: {0: 1}},
      {ends: {200: 3}, arrivals: {0: 1, 1000: 1, 2000: 1}},
    ],
  },
  {
    path: 'concurrency.kind',
    a: {concurrency: {kind: 'fixed', max: 20, queue: 1000}},
    b: {concurrency: {kind: 'adaptive', max: 20, queue: 1000}},
    both: oneAttempt,
    scenario: sentAfter(429, 20),
    expect: [20, 14],
  },
  {
    path: 'concurrency(adaptive).start',
    a: {concurrency: {kind: 'adaptive', start: 10}},
    b: {concurrency: {kind: 'adaptive', start: 30}},
    both: oneAttempt,
    scenario: sentAfter(400, 1),
    expect: [10, 30],
  },
  {
    path: 'concurrency(adaptive).min',
    a: {concurrency: {kind: 'adaptive', start: 10, min: 8}},
    b: {concurrency: {kind: 'adaptive', start: 10, min: 9}},
    both: oneAttempt,
    scenario: sentAfter(429, 10),
    expect: [8, 9],
  },
  {
    path: 'concurrency(adaptive).max',
    a: {concurrency: {kind: 'adaptive', start: 10, max: 12}},
    b: {concurrency: {kind: 'adaptive', start: 10, max: 14}},
    both: oneAttempt,
    scenario: sentAfter(200, 10),
    expect: [12, 14],
  },
  {
    path: 'concurrency(adaptive).decreaseRatio',
    a: {concurrency: {kind: 'adaptive', start: 20, decreaseRatio: 0.3}},
    b: {concurrency: {kind: 'adaptive', start: 20, decreaseRatio: 0.5}},
    both: oneAttempt,
    scenario: sentAfter(429, 20),
    expect: [4, 8],
  },
  {
    path: 'concurrency(adaptive).queue',
    a: {concurrency: {kind: 'adaptive', start: 1, min: 1, max: 1, queue: 0}},
    b: {concurrency: {kind: 'adaptive', start: 1, min: 1, max: 1, queue: 2}},
    scenario: together(3),
    expect: [
      {ends: {200: 1, 'CONCURRENCY_LIMIT (concurrency-limit)': 2}, arrivals: {0: 1}},
      {ends: {200: 3}, arrivals: {0: 1, 1000: 1, 2000: 1}},
    ],
  },
  {
    path: 'quota',
    a: {quota: null},
    b: {quota: {}},
    scenario: together(11),
    expect: [
      {ends: {200: 11}, arrivals: {0: 11}},
      {ends: {200: 11}, arrivals: {0: 10, 1000: 1}},
    ],
  },
  ...(
    [
      ['requests', 'inputTokens', '200', 'QUOTA_TOO_LARGE (quota-exceeded)'],
      ['outputTokens', 'tokens', '200', 'QUOTA_TOO_LARGE (quota-exceeded)'],
    ] as const
  ).map(
    ([a, b, ofA, ofB]): Case => ({
      path: 'quota.limits[].unit',
      a: {quota: {learn: false, limits: [{unit: a, max: 9, perMs: 1000}]}},
      b: {quota: {learn: false, limits: [{unit: b, max: 9, perMs: 1000}]}},
      scenario: world =>
        world.run(ITEMS, {method: 'POST', body: '{"max_tokens": 9, "input": "one to two to three to four"}'}),
      expect: [ofA, ofB],
    }),
  ),
  {
    path: 'quota.limits',
    a: {quota: {limits: []}},
    b: {quota: {limits: [{unit: 'requests', max: 1, perMs: 1000}]}},
    scenario: together(3),
    expect: [
      {ends: {200: 3}, arrivals: {0: 3}},
      {ends: {200: 3}, arrivals: {0: 1, 1004: 1, 2008: 1}},
    ],
  },
  {
    path: 'quota.limits[].perMs',
    a: {quota: {...stated, limits: [{unit: 'requests', max: 1, perMs: 500}]}},
    b: {quota: {...stated, limits: [{unit: 'requests', max: 1, perMs: 1000}]}},
    scenario: together(2),
    expect: [
      {ends: {200: 2}, arrivals: {0: 1, 502: 1}},
      {ends: {200: 2}, arrivals: {0: 1, 1004: 1}},
    ],
  },
  {
    path: 'quota.limits[].max',
    a: {quota: {...stated, limits: [{unit: 'requests', max: 1, perMs: 1000}]}},
    b: {quota: {...stated, limits: [{unit: 'requests', max: 2, perMs: 1000}]}},
    scenario: together(2),
    expect: [
      {ends: {200: 2}, arrivals: {0: 1, 1004: 1}},
      {ends: {200: 2}, arrivals: {0: 2}},
    ],
  },
  {
    path: 'quota.learn',
    a: {quota: {...stated, learn: true}},
    b: {quota: {...stated, learn: false}},
    scenario: otherCallHeld,
    expect: ['0 2020 3024', '0 1000 2100'],
  },
  {
    path: 'quota.startPerSecond',
    a: {quota: {startPerSecond: 2}},
    b: {quota: {startPerSecond: null}},
    scenario: together(3),
    expect: [
      {ends: {200: 3}, arrivals: {0: 2, 1000: 1}},
      {ends: {200: 3}, arrivals: {0: 3}},
    ],
  },
  {
    path: 'quota.maxWaitMs',
    a: {quota: {...stated, maxWaitMs: 1500}},
    b: {quota: {...stated, maxWaitMs: 2500}},
    scenario: together(3),
    expect: [
      {ends: {200: 2, 'QUOTA_WAIT (quota-exceeded)': 1}, arrivals: {0: 1, 1004: 1}},
      {ends: {200: 3}, arrivals: {0: 1, 1004: 1, 2008: 1}},
    ],
  },
  {
    path: 'quota.queue',
    a: {quota: {...stated, queue: 1}},
    b: {quota: {...stated, queue: 2}},
    scenario: together(3),
    expect: [
      {ends: {200: 2, 'QUOTA_QUEUE (quota-exceeded)': 1}, arrivals: {0: 1, 1004: 1}},
      {ends: {200: 3}, arrivals: {0: 1, 1004: 1, 2008: 1}},
    ],
  },
  {
    path: 'quota.scope',
    a: {quota: {...stated, maxWaitMs: 0, scope: 'origin'}},
    b: {quota: {...stated, maxWaitMs: 0, scope: 'route'}},
    both: aAndB,
    scenario: otherRoute,
    expect: ['QUOTA_WAIT (quota-exceeded)', '200'],
  },
  {
    path: 'quota.per',
    a: {quota: {...stated, maxWaitMs: 0, per: []}},
    b: {quota: {...stated, maxWaitMs: 0, per: ['credential']}},
    scenario: otherAccount({authorization: 'Bearer one'}, {authorization: 'Bearer two'}),
    expect: ['QUOTA_WAIT (quota-exceeded)', '200'],
  },
  {
    path: 'quota.per',
    a: {quota: {...stated, maxWaitMs: 0, per: ['credential']}},
    b: {quota: {...stated, maxWaitMs: 0, per: ['model']}},
    scenario: otherModel,
    expect: ['QUOTA_WAIT (quota-exceeded)', '200'],
  },
  {
    path: 'hedge',
    a: {hedge: null},
    b: {hedge: {delayMs: 100, maxLoadRatio: 1}},
    scenario: slowCall,
    expect: ['0', '0 100'],
  },
  {
    path: 'hedge.delayMs',
    a: {hedge: {delayMs: 100, maxLoadRatio: 1}},
    b: {hedge: {delayMs: 300, maxLoadRatio: 1}},
    scenario: slowCall,
    expect: ['0 100', '0 300'],
  },
  {
    path: 'hedge.quantile',
    a: {hedge: {quantile: 0.5, maxLoadRatio: 1}},
    b: {hedge: {quantile: 0.9, maxLoadRatio: 1}},
    scenario: learnedHedge,
    expect: [111, 191],
  },
  {
    path: 'hedge.maxLoadRatio',
    a: {hedge: {delayMs: 100, maxLoadRatio: 0.5}},
    b: {hedge: {delayMs: 100, maxLoadRatio: 1}},
    scenario: slowCall,
    expect: ['0', '0 100'],
  },
];

/** Outside browsers, where there is no page whose origin could be the same. */
const sentTo = (a: Sent, b: Sent, expect: Case['expect']): Case => ({
  path: 'correlation.sendTo',
  a: {correlation: {sendTo: a}},
  b: {correlation: {sendTo: b}},
  scenario: carries(['x-correlation-id']),
  expect,
});
type Sent = NonNullable<NonNullable<PolicyInput['correlation']>['sendTo']> | null;

const inRequests: readonly Case[] = [
  {
    path: 'correlation',
    a: {correlation: null},
    b: {correlation: {}},
    scenario: carries(['x-correlation-id']),
    expect: [[null], ['call-1']],
  },
  {
    path: 'correlation.header',
    a: {correlation: {header: 'x-first'}},
    b: {correlation: {header: 'x-second'}},
    scenario: carries(['x-first', 'x-second', 'x-correlation-id']),
    expect: [
      ['call-1', null, null],
      [null, 'call-1', null],
    ],
  },
  {
    path: 'correlation.requestIdHeader',
    a: {correlation: {requestIdHeader: null}},
    b: {correlation: {requestIdHeader: 'x-request-id'}},
    scenario: carries(['x-request-id']),
    expect: [[null], ['request-1']],
  },
  sentTo('all', 'same-origin', [['call-1'], [null]]),
  sentTo(null, ['https://other.test'], [['call-1'], [null]]),
  sentTo(['https://api.test'], ['https://other.test'], [['call-1'], [null]]),
  {
    path: 'deadlineHeader',
    a: {deadlineHeader: null},
    b: {deadlineHeader: 'x-left'},
    scenario: carries(['x-left']),
    expect: [[null], ['30000']],
  },
  {
    path: 'deadlineHeader',
    a: {deadlineHeader: 'x-first'},
    b: {deadlineHeader: 'x-second'},
    scenario: carries(['x-first', 'x-second']),
    expect: [
      ['30000', null],
      [null, '30000'],
    ],
  },
  {
    path: 'attemptHeader',
    a: {attemptHeader: null},
    b: {attemptHeader: 'x-attempt'},
    scenario: carries(['x-attempt']),
    expect: [[null], ['1']],
  },
  {
    path: 'attemptHeader',
    a: {attemptHeader: 'x-first'},
    b: {attemptHeader: 'x-second'},
    scenario: carries(['x-first', 'x-second']),
    expect: [
      ['1', null],
      [null, '1'],
    ],
  },
  {
    path: 'nested',
    a: {nested: 'observe'},
    b: {nested: 'yield'},
    both: {maxAttempts: 2, backoff: {...AT_ONCE}},
    scenario: oneCall([503], {headers: {'x-stainless-retry-count': '0'}}),
    expect: ['0 0: 503 (attempts-exhausted) at 0', '0: 503 (nested) at 0'],
  },
  {
    path: 'queryAllowList',
    a: {queryAllowList: []},
    b: {queryAllowList: ['page']},
    scenario: async world => {
      await world.run(`${ITEMS}?page=2&email=x`);
      const [first] = world.events;
      return first?.type === 'attempt.end' && first.call.url;
    },
    expect: [`${ITEMS}?page=REDACTED&email=REDACTED`, `${ITEMS}?page=2&email=REDACTED`],
  },
  {
    path: 'replayLimitBytes',
    a: {replayLimitBytes: 3},
    b: {replayLimitBytes: 4},
    both: {backoff: AT_ONCE},
    scenario: oneCall([503, 200], {method: 'PUT', body: 'four'}),
    expect: ['0: 503 (body-not-replayable) at 0', '0 0: 200 at 0'],
  },
];

/** Which route a GET of https://api.test/items takes, by its name. */
const match = (field: string, a: object, b: object): Case => ({
  path: `routes[].match.${field}`,
  a: {routes: [{match: a, name: 'matched'}]},
  b: {routes: [{match: b, name: 'matched'}]},
  scenario: policyName,
  expect: ['matched', 'default'],
  places: ['policy'],
});

const routes: readonly Case[] = [
  {
    path: 'routes',
    a: {routes: []},
    b: {routes: [{match: {}, maxAttempts: 1}]},
    both: {backoff: AT_ONCE},
    scenario: sendsOf(503),
    expect: [3, 1],
    places: ['policy'],
  },
  {
    path: 'routes[].name',
    a: {routes: [{match: {}, name: 'first'}]},
    b: {routes: [{match: {}, name: 'second'}]},
    scenario: policyName,
    expect: ['first', 'second'],
    places: ['policy'],
  },
  match('methods', {methods: ['get']}, {methods: ['POST']}),
  match('origin', {origin: 'https://API.test:443'}, {origin: 'http://api.test'}),
  match('path', {path: '/*'}, {path: '/items/*'}),
];

/** Fields that only one call has, or that mean something else there. */
const overrides: readonly Case[] = [
  {
    path: 'correlationId',
    a: {correlationId: 'mine'},
    b: {correlationId: 'yours'},
    scenario: carries(['x-correlation-id']),
    expect: [['mine'], ['yours']],
    places: ['call'],
  },
  {
    path: 'idempotencyKey',
    a: {idempotencyKey: 'mine'},
    b: {idempotencyKey: 'yours'},
    scenario: carries(['idempotency-key'], POST),
    expect: [['mine'], ['yours']],
    places: ['call'],
  },
  {
    path: 'budget',
    a: {},
    b: {budget: null},
    scenario: async (world: World) => {
      world.serve(503);
      for (let call = 0; call < 5; call++) await world.run();
      return world.handle.snapshot(world.clock.now()).origins[0]?.budgets.map(({remaining}) => remaining.toFixed(2));
    },
    both: {backoff: AT_ONCE, budget: {refillPerMinute: 0}, breaker: null},
    expect: [['0.02'], []],
    places: ['call'],
  },
  {
    path: 'breaker',
    a: {},
    b: {breaker: null},
    both: oneAttempt,
    scenario: lastOfCalls(9, 503),
    expect: [100, 0],
    places: ['call'],
  },
  {
    path: 'quota',
    a: {},
    b: {quota: null},
    both: {quota: {...stated, maxWaitMs: 0}},
    scenario: async world => Object.keys(((await together(2)(world)) as {ends: object}).ends),
    expect: [['200', 'QUOTA_WAIT (quota-exceeded)'], ['200']],
    places: ['call'],
  },
  {
    path: 'concurrency',
    a: {},
    b: {concurrency: null},
    both: {concurrency: {max: 1}},
    scenario: async world => Object.keys(((await together(2)(world)) as {ends: object}).ends),
    expect: [['200', 'CONCURRENCY_LIMIT (concurrency-limit)'], ['200']],
    places: ['call'],
  },
];

const streams: readonly Case[] = [
  {
    path: 'stream',
    a: {stream: null},
    b: {stream: {}},
    scenario: pingsBeforeContent,
    expect: ['200 at 0', '200 at 3000'],
  },
  {
    path: 'stream.commit',
    a: {stream: {commit: 'headers'}},
    b: {stream: {commit: 'content'}},
    scenario: pingsBeforeContent,
    expect: ['200 at 0', '200 at 3000'],
  },
  {
    path: 'stream.firstContentMs',
    a: {stream: {firstContentMs: 500}},
    b: {stream: {firstContentMs: null}},
    both: oneAttempt,
    scenario: pingsBeforeContent,
    expect: ['CONTENT_TIMEOUT (attempts-exhausted) at 500', '200 at 3000'],
  },
  {
    path: 'stream.holdBytes',
    a: {stream: {holdBytes: 20}},
    b: {stream: {holdBytes: 1000}},
    scenario: pingsBeforeContent,
    expect: ['200 at 1000', '200 at 3000'],
  },
];

export const cases: readonly Case[] = [
  ...named,
  ...attempts,
  ...transient,
  ...keys,
  ...backoff,
  ...retryAfter,
  ...refusals,
  ...paid,
  ...budget,
  ...breaker,
  ...load,
  ...streams,
  ...endpointCases,
  ...inRequests,
  ...routes,
  ...overrides,
];

/** What is by design not read at run time, and why. */
export const notRead: Readonly<Record<string, string>> = {
  $schema: 'for editors: where the schema is',
  version: 'the only version there is; any other is refused',
  objective: 'what was promised: read by the linter, the simulator and the planner',
  retryingLayers: 'other programs that retry: read by the amplification rule',
};

const GRPC =
  'CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED';

/** Forms of a leaf that the adapters for HTTP cannot meet; test/decide/classify-grpc.test.ts meets each of them. */
export const notForHttp: Readonly<Record<string, readonly string[]>> = {
  'retryOn[]': GRPC.split(' ').map(name => JSON.stringify(name)),
};
