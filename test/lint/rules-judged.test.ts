/** Policies that were judged in words first: which of them an engineer on call would stop, and which not. */
import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';

const said = async (policy: object): Promise<string[]> => {
  const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify(policy)}});
  return findings.map(({code, severity, pointer}) => `${code} ${severity} ${pointer}`);
};

describe('a policy with a defect', () => {
  for (const [title, finding, policy] of [
    ['a budget that pays for no retry after a failure', 'RL401 warning budget.capacity', {budget: {capacity: 5}}],
    ['a budget that pays for no throttled retry', 'RL401 warning budget.throttledCost', {budget: {throttledCost: 200}}],
    [
      '5 ms after a 429 without a hint',
      'RL210 warning backoff.throttledBaseMs',
      {backoff: {baseMs: 5, throttledBaseMs: 5}},
    ],
    [
      '10 ms after a 429 without a hint',
      'RL210 warning backoff.delayMs',
      {backoff: {kind: 'constant', delayMs: 10, throttledBaseMs: 0}},
    ],
    [
      'a breaker that one failure of five opens',
      'RL216 warning breaker.failureRatio',
      {breaker: {failureRatio: 0.01, minCalls: 5}},
    ],
    [
      'a breaker that opens at the assumed failures',
      'RL213 error breaker.failureRatio',
      {breaker: {failureRatio: 0.05, minCalls: 50}, objective: {assume: {failureRatio: 0.05, rps: 100}}},
    ],
    [
      'a breaker that opens by chance',
      'RL213 warning breaker.failureRatio',
      {breaker: {failureRatio: 0.1, minCalls: 50}, objective: {assume: {failureRatio: 0.05}}},
    ],
    ['8 attempts in less than a minute', 'RL201 warning maxAttempts', {maxAttempts: 8, deadlineMs: 59_999}],
    ['8 attempts without a budget', 'RL201 warning maxAttempts', {maxAttempts: 8, deadlineMs: 60_000, budget: null}],
    ['11 attempts in an hour', 'RL201 warning maxAttempts', {maxAttempts: 11, deadlineMs: 3_600_000}],
    [
      'a wait of more than a quarter of the deadline',
      'RL206 warning backoff.delayMs',
      {deadlineMs: 400_000, backoff: {kind: 'constant', delayMs: 100_001}},
    ],
    [
      'unlimited attempts of a call in five seconds',
      'RL201 warning maxAttempts',
      {maxAttempts: 'unlimited', objective: {instances: 2, assume: {rps: 0.1}}},
    ],
    [
      'neither budget nor breaker for a call in five seconds',
      'RL207 warning budget',
      {budget: null, breaker: null, objective: {instances: 2, assume: {rps: 0.1}}},
    ],
    [
      'no budget for more than 20 requests per second at the worst',
      'RL207 warning budget',
      {budget: null, maxAttempts: 3, objective: {instances: 1, assume: {rps: 7}}},
    ],
    [
      'unlimited attempts of a job with short waits',
      'RL201 warning maxAttempts',
      {maxAttempts: 'unlimited', deadlineMs: 600_000, backoff: {capMs: 4999}},
    ],
    [
      'unlimited attempts of a job without a budget',
      'RL201 warning maxAttempts',
      {maxAttempts: 'unlimited', deadlineMs: 600_000, backoff: {capMs: 20_000}, budget: null},
    ],
    [
      'hints of more than a quarter of the deadline',
      'RL206 warning retryAfter.maxMs',
      {deadlineMs: 4_000_000, retryAfter: {maxMs: 1_000_001, scope: 'origin'}},
    ],
    [
      'a hedge for each of the calls of a second',
      'RL215 warning hedge.maxLoadRatio',
      {hedge: {delayMs: 100, maxLoadRatio: 1}, objective: {instances: 1, assume: {rps: 1}}},
    ],
    [
      'unlimited attempts without a deadline, however rare',
      'RL201 error maxAttempts',
      {maxAttempts: 'unlimited', deadlineMs: null, objective: {assume: {rps: 0}}},
    ],
    [
      'hints ignored, and a wait of less than ten seconds',
      'RL210 warning retryAfter.honor',
      {deadlineMs: 60_000, retryAfter: {honor: false}, backoff: {baseMs: 9999, throttledBaseMs: 9999, capMs: 9999}},
    ],
    [
      'hints of 500 ms at most in more than two seconds',
      'RL210 warning retryAfter.maxMs',
      {deadlineMs: 2001, attemptTimeoutMs: 500, retryAfter: {maxMs: 500}},
    ],
    [
      '5 ms after a 429 with more than a second left',
      'RL210 warning backoff.throttledBaseMs',
      {deadlineMs: 1001, attemptTimeoutMs: 200, backoff: {baseMs: 5, throttledBaseMs: 5}},
    ],
    [
      '404 again within a second',
      'RL102 error retryOn[0]',
      {retryOn: [404], backoff: {kind: 'constant', delayMs: 1998}},
    ],
    [
      '403 again after a minute',
      'RL102 error retryOn[0]',
      {retryOn: [403], backoff: {kind: 'constant', delayMs: 60_000}},
    ],
    ['no deadline, and no word on idle streams', 'RL302 warning deadlineMs', {deadlineMs: null, attemptTimeoutMs: 900}],
    [
      'a stream without a timeout until it opens',
      'RL302 warning deadlineMs',
      {deadlineMs: null, attemptTimeoutMs: null, idleTimeoutMs: null},
    ],
    [
      'no queue where calls may wait',
      'RL217 warning quota.queue',
      {quota: {limits: [{unit: 'requests', max: 100, perMs: 1000}], queue: 0, maxWaitMs: 1}},
    ],
    [
      'an attempt of 15 ms below the assumed latency',
      'RL602 warning attemptTimeoutMs',
      {attemptTimeoutMs: 15, objective: {assume: {latencyMs: {p50: 5, p99: 15}}}},
    ],
    ['a base of 2 ms within ten seconds', 'RL602 warning backoff.baseMs', {backoff: {baseMs: 2}}],
    [
      'a first content within 1 ms',
      'RL602 warning stream.firstContentMs',
      {extends: ['steadfetch:llm'], stream: {firstContentMs: 1}},
    ],
    [
      'a wait of 60 ms for the quota in ten minutes',
      'RL602 warning quota.maxWaitMs',
      {deadlineMs: 600_000, quota: {maxWaitMs: 60}},
    ],
    [
      'calls that stay for 60 ms after a move',
      'RL602 warning failover.stickyMs',
      {endpoints: [{name: 'a', origin: 'https://a.example'}], failover: {stickyMs: 60}},
    ],
    [
      'a latency of 0.6 within attempts of a second',
      'RL602 warning objective.assume.latencyMs.p50',
      {attemptTimeoutMs: 1000, objective: {assume: {latencyMs: {p50: 0.6}}}},
    ],
    [
      'a probe in an hour',
      'RL213 warning breaker.minProbeMs',
      {breaker: {kind: 'adaptive', minProbeMs: 3_600_000, maxProbeMs: 3_600_000}},
    ],
    [
      'a probe in a day',
      'RL213 warning breaker.minProbeMs',
      {breaker: {kind: 'adaptive', minProbeMs: 86_400_000, maxProbeMs: 86_400_000}},
    ],
    [
      'a probe in six minutes, beside other endpoints',
      'RL213 warning breaker.minProbeMs',
      {
        breaker: {kind: 'adaptive', minProbeMs: 360_000, maxProbeMs: 360_000},
        endpoints: ['a', 'b'].map(name => ({name, origin: `https://${name}.example`})),
      },
    ],
    [
      'a probe in a minute',
      'RL213 info breaker.minProbeMs',
      {breaker: {kind: 'adaptive', minProbeMs: 60_000, maxProbeMs: 60_000}},
    ],
    [
      'a fifth of the calls of a day, whatever the traffic',
      'RL208 warning budget.windowMs',
      {budget: {kind: 'ratio', ratio: 0.2, windowMs: 86_400_000}},
    ],
    [
      'nine tenths of the calls of a day, whatever the traffic',
      'RL208 warning budget.windowMs',
      {budget: {kind: 'ratio', ratio: 0.9, windowMs: 86_400_000}},
    ],
    ['a bucket of a million, whatever the traffic', 'RL208 warning budget.capacity', {budget: {capacity: 1_000_000}}],
    [
      'a day for attempts that need six minutes',
      'RL602 info deadlineMs',
      {maxAttempts: 8, deadlineMs: 86_400_000, attemptTimeoutMs: 30_000, backoff: {capMs: 60_000}},
    ],
    [
      'half a day for attempts that need four minutes',
      'RL602 info deadlineMs',
      {maxAttempts: 8, deadlineMs: 43_200_000, attemptTimeoutMs: 30_000, backoff: {capMs: 30_000}},
    ],
    [
      'a day for an attempt that nothing else ends',
      'RL602 warning deadlineMs',
      {deadlineMs: 86_400_000, attemptTimeoutMs: null},
    ],
    ...(
      [
        ['https://api.mercadopago.com', '/v1/payments'],
        ['https://api.razorpay.com', '/v1/payouts'],
        ['https://api.razorpay.com', '/v1/payments/*/refund'],
      ] as const
    ).map(
      ([origin, path]) =>
        [
          `the default header of keys, sent to ${origin}${path}`,
          'RL117 error idempotency',
          {idempotency: {}, routes: [{name: 'pay', match: {origin, path, methods: ['POST']}}]},
        ] as const,
    ),
    [
      'layers that multiply',
      'RL209 error retryingLayers',
      {maxAttempts: 4, retryingLayers: [{name: 'sdk', maxAttempts: 3}]},
    ],
  ] as const) {
    it(`is reported: ${title}`, async () => expect(await said(policy)).to.include(finding));
  }
});

describe('a policy that is unusual and sound', () => {
  for (const [title, code, policy] of [
    ['a budget that pays for one retry of each kind', 'RL401', {budget: {capacity: 14}}],
    ['100 ms after a 429 without a hint', 'RL210', {backoff: {throttledBaseMs: 0}}],
    [
      'hints of 200 ms within a deadline of 400 ms',
      'RL210',
      {deadlineMs: 400, attemptTimeoutMs: 100, retryAfter: {maxMs: 200}},
    ],
    ['a breaker of 10 % that holds 1,000 attempts', 'RL216', {breaker: {failureRatio: 0.1, minCalls: 1000}}],
    [
      'a breaker at ten times the assumed failures',
      'RL213',
      {breaker: {failureRatio: 0.5, minCalls: 50}, objective: {assume: {failureRatio: 0.05}}},
    ],
    ['10 attempts of a worker that has a minute', 'RL201', {maxAttempts: 10, deadlineMs: 60_000}],
    [
      'a wait of a quarter of the deadline',
      'RL206',
      {deadlineMs: 400_000, backoff: {kind: 'constant', delayMs: 100_000}},
    ],
    [
      'unlimited attempts of a call in ten seconds',
      'RL201',
      {maxAttempts: 'unlimited', objective: {instances: 2, assume: {rps: 0.05}}},
    ],
    [
      'no budget, and a breaker, for 20 requests per second at the worst',
      'RL207',
      {budget: null, maxAttempts: 4, objective: {instances: 1, assume: {rps: 5}}},
    ],
    [
      'hints of a quarter of the deadline',
      'RL206',
      {deadlineMs: 4_000_000, retryAfter: {maxMs: 1_000_000, scope: 'origin'}},
    ],
    [
      'a hedge for each of a few calls in a day',
      'RL215',
      {hedge: {delayMs: 100, maxLoadRatio: 1}, objective: {instances: 1, assume: {rps: 0.001}}},
    ],
    ['no budget for a call in ten seconds', 'RL207', {budget: null, objective: {instances: 2, assume: {rps: 0.05}}}],
    [
      'hints ignored, and a wait of ten seconds',
      'RL210',
      {deadlineMs: 60_000, retryAfter: {honor: false}, backoff: {baseMs: 5000, throttledBaseMs: 10_000}},
    ],
    ['hints of 500 ms at most in two seconds', 'RL210', {deadlineMs: 2000, retryAfter: {maxMs: 500}}],
    [
      '5 ms after a 429 within a second',
      'RL210',
      {deadlineMs: 1000, attemptTimeoutMs: 200, backoff: {baseMs: 5, throttledBaseMs: 5}},
    ],
    [
      'a stream that may be open and silent for days',
      'RL302',
      {deadlineMs: null, idleTimeoutMs: null, attemptTimeoutMs: 900},
    ],
    [
      'no queue where no call may wait',
      'RL217',
      {quota: {limits: [{unit: 'requests', max: 100, perMs: 1000}], queue: 0, maxWaitMs: 0}},
    ],
    [
      'an attempt of 15 ms above the assumed latency',
      'RL602',
      {attemptTimeoutMs: 15, objective: {assume: {latencyMs: {p50: 0.6, p99: 14}}}},
    ],
    ['a first content within 500 ms', 'RL602', {stream: {firstContentMs: 500}}],
    ['no wait for the quota, and none after a move', 'RL602', {quota: {maxWaitMs: 0}, failover: {stickyMs: 0}}],
    ['a wait of 50 ms for the quota in 30 s', 'RL602', {quota: {maxWaitMs: 50}}],
    ['a probe in five seconds', 'RL213', {breaker: {kind: 'adaptive', minProbeMs: 5000, maxProbeMs: 5000}}],
    ['a probe in a day after an outage of days', 'RL213', {breaker: {kind: 'adaptive', maxProbeMs: 86_400_000}}],
    [
      'a probe in ten minutes, for a call in ten seconds',
      'RL213',
      {breaker: {kind: 'adaptive', minProbeMs: 600_000, maxProbeMs: 600_000}, objective: {assume: {rps: 0.1}}},
    ],
    ['a fifth of the calls of four minutes', 'RL208', {budget: {kind: 'ratio', ratio: 0.2, windowMs: 240_000}}],
    ['a bucket of 100,000, where the traffic is not known', 'RL208', {budget: {capacity: 100_000}}],
    [
      'a day for unlimited attempts with a minute between',
      'RL602',
      {maxAttempts: 'unlimited', deadlineMs: 86_400_000, backoff: {capMs: 60_000}},
    ],
    [
      'half a day for a list of waits that need most of it',
      'RL602',
      {maxAttempts: 4, deadlineMs: 43_200_000, backoff: {kind: 'list', delaysMs: [5000, 7_200_000, 18_000_000]}},
    ],
    [
      'a list with a wait of five hours in half a day',
      'RL206',
      {maxAttempts: 4, deadlineMs: 43_200_000, backoff: {kind: 'list', delaysMs: [5000, 7_200_000, 18_000_000]}},
    ],
    ['a base of 2 ms within a second', 'RL602', {deadlineMs: 1000, backoff: {baseMs: 2}}],
  ] as const) {
    it(`has no finding of ${code}: ${title}`, async () =>
      expect((await said(policy)).filter(each => each.startsWith(code))).to.deep.equal([]));
  }

  it('fails no run for unlimited attempts of a job that has ten minutes and waits, unless it makes many calls', async () => {
    const job = {maxAttempts: 'unlimited', deadlineMs: 600_000, backoff: {capMs: 20_000}} as const;
    expect((await said(job)).filter(each => each.startsWith('RL201'))).to.deep.equal(['RL201 info maxAttempts']);
    const busy = await said({...job, objective: {assume: {rps: 500}}});
    expect(busy.filter(each => each.startsWith('RL201'))).to.deep.equal(['RL201 warning maxAttempts']);
  });

  it('fails no run where timeouts are not retried', async () => {
    expect(await said({retryOn: [429, 503, 'network'], attemptTimeoutMs: 1000})).to.deep.equal(['RL408 info retryOn']);
  });

  it('fails no run where one client without jitter has a call in ten seconds', async () => {
    const policy = {backoff: {jitter: 'none'}, objective: {instances: 1, assume: {rps: 0.01}}};
    expect(await said(policy)).to.deep.equal(['RL203 info backoff.jitter']);
    for (const objective of [{instances: 2, assume: {rps: 0.01}}, {instances: 1, assume: {rps: 5}}, {instances: 1}])
      expect(await said({...policy, objective})).to.include('RL203 error backoff.jitter');
  });
});

describe('a choice that its author states', () => {
  for (const [title, finding, policy] of [
    [
      'to await a resource',
      'RL102 info retryOn[0]',
      {retryOn: [404], backoff: {kind: 'constant', delayMs: 2000, jitter: 'equal'}},
    ],
    ['to pay twice', 'RL111 info paid.afterTimeout', {paid: {afterTimeout: true, maxPaidAttempts: 2}}],
    [
      'to leave retries to the layer above',
      'RL209 info retryingLayers',
      {maxAttempts: 4, nested: 'yield', retryingLayers: [{name: 'sdk', maxAttempts: 3}]},
    ],
  ] as const) {
    it(`is an info: ${title}`, async () => expect(await said(policy)).to.include(finding));
  }
});
