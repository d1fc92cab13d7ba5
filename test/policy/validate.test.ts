/** Messages: every wrong field, once, with all that is expected of it. */

import {expect} from 'chai';
import {SUGGESTING} from '../../src/policy/suggestions.ts';
import {checkOverrides, checkPolicy} from '../../src/policy/validate.ts';

const said = (problems: readonly {path: string; message: string}[]): string[] =>
  problems.map(({path, message}) => `${path} ${message}`.trim());

const unions = {
  constant: 'is not a field of backoff kind "constant" (its fields: kind, delayMs, throttledBaseMs, jitter)',
  bucket:
    'is not a field of budget kind "token-bucket" (its fields: kind, capacity, retryCost, throttledCost, refillPerMinute)',
};

describe('checkPolicy', () => {
  for (const [policy, ...messages] of [
    // Values.
    [{maxAttempts: 'many'}, 'maxAttempts must be a whole number of at least 1, "unlimited" or null, got "many"'],
    [{maxAttempts: 0}, 'maxAttempts must be a whole number of at least 1, "unlimited" or null, got 0'],
    [{deadlineMs: 1.5}, 'deadlineMs must be a whole number of at least 1 or null, got 1.5'],
    [{deadlineMs: '30s'}, 'deadlineMs must be a whole number of at least 1 or null, got "30s"'],
    [{version: 2}, 'version must be 1, got 2'],
    [{retryOn: 503}, 'retryOn must be a list of at most 600 entries, got 503'],
    [
      {retryOn: [503, 99, 'nope']},
      'retryOn[1] must be a status from 100 to 599, "4xx", "5xx", "network", "timeout" or a gRPC code name, got 99',
      'retryOn[2] must be a status from 100 to 599, "4xx", "5xx", "network", "timeout" or a gRPC code name, got "nope"',
    ],
    [{retryAfter: null}, 'retryAfter must be an object, got null'],
    [{retryAfter: {honor: 'yes'}}, 'retryAfter.honor must be true or false, got "yes"'],
    [{budget: 5}, 'budget must be an object or null, got 5'],
    [{hedge: {quantile: 1}}, 'hedge.quantile must be a number above 0 and below 1, got 1'],
    [{idempotency: {header: 'a b'}}, 'idempotency.header must be a header name such as "x-request-id", got "a b"'],
    [
      {routes: [{match: {path: 'v1'}}]},
      'routes[0].match.path must be a path of at most 512 characters that begins with "/", without a query, got "v1"',
    ],
    [{routes: [{}]}, 'routes[0].match is missing; it must be an object'],
    [{routes: [5]}, 'routes[0] must be an object, got 5'],
    [
      {retryingLayers: [{name: 'mesh'}]},
      'retryingLayers[0].maxAttempts is missing; it must be a whole number of at least 1',
    ],
    [{extends: 'steadfetch:llm'}, 'extends must be a list of at most 16 entries, got "steadfetch:llm"'],
    [
      {correlation: {sendTo: ['https://a.test/path']}},
      'correlation.sendTo[0] must be an origin such as "https://api.example.com": scheme, host and port, without a path, got "https://a.test/path"',
    ],
    [
      {name: ''},
      'name must be a name of at most 64 letters, digits and . _ : / -, beginning with a letter or digit, got ""',
    ],
    [null, 'must be an object, got null'],
    [[], 'must be an object, got a list of 0 entries'],
    ['{}', 'must be an object, got "{}"'],

    // Unions: the kind that was meant speaks alone.
    [{backoff: {kind: 'constant', delayMs: -1}}, 'backoff.delayMs must be a whole number of at least 0, got -1'],
    [{backoff: {kind: 'constant', baseMs: 100}}, `backoff.baseMs ${unions.constant}`],
    [{backoff: {kind: 'expo'}}, 'backoff.kind must be "exponential", "linear", "constant" or "list", got "expo"'],
    [
      {backoff: {kind: 'list', delaysMs: []}},
      'backoff.delaysMs must be a list of 1 to 100 entries, got a list of 0 entries',
    ],
    [
      {backoff: {kind: 'list', delaysMs: [1, 'x']}},
      'backoff.delaysMs[1] must be a whole number of at least 0, got "x"',
    ],
    [{backoff: {stepMs: -1}}, 'backoff.stepMs must be a whole number of at least 0, got -1'],
    [
      {backoff: {factor: 0.5, jitter: 'some'}},
      'backoff.factor must be a number from 1 to 100, got 0.5',
      'backoff.jitter must be "none", "full", "equal" or "decorrelated", got "some"',
    ],
    [{budget: {kind: 'token-bucket', ratio: 0.1}}, `budget.ratio ${unions.bucket}`],
    [
      {routes: [{match: {}, breaker: {kind: 'ratio', failures: 5}}]},
      'routes[0].breaker.failures is not a field of breaker kind "ratio" (its fields: kind, failureRatio, windowMs, minCalls, openMs, maxOpenMs, probes, scope)',
    ],

    // Fields that do not exist.
    [{maxAttemps: 3}, 'maxAttemps is not a field of the policy; did you mean "maxAttempts"?'],
    [{max_attempts: 3}, 'max_attempts is not a field of the policy; did you mean "maxAttempts"?'],
    [
      {retries: 3},
      'retries is not a field of the policy; use maxAttempts, which counts the first send too: retries 3 is maxAttempts 4',
    ],
    [{maxRetries: 'x'}, 'maxRetries is not a field of the policy; use maxAttempts, which counts the first send too'],
    [
      {timeout: 5},
      'timeout is not a field of the policy; use attemptTimeoutMs, which bounds one attempt, or deadlineMs, which bounds the whole call, both in milliseconds',
    ],
    [
      {totalTimeout: 5},
      'totalTimeout is not a field of the policy; use deadlineMs, which bounds the whole call, waits included, in milliseconds',
    ],
    [
      {statusCodes: []},
      'statusCodes is not a field of the policy; use retryOn, a list of statuses, "network", "timeout" and gRPC code names',
    ],
    [
      {methods: []},
      'methods is not a field of the policy; use idempotentMethods, the methods that may be sent twice although the server may have acted',
    ],
    [{minTimeout: 5}, 'minTimeout is not a field of the policy; use backoff.baseMs, in milliseconds'],
    [{maxTimeout: 5}, 'maxTimeout is not a field of the policy; use backoff.capMs, in milliseconds'],
    [{jitter: 'full'}, 'jitter is not a field of the policy; it belongs in backoff'],
    [{factor: 2}, 'factor is not a field of the policy; it belongs in backoff'],
    [{scope: 'origin'}, 'scope is not a field of the policy; it belongs in retryAfter or breaker or quota'],
    [{zebra: 1}, 'zebra is not a field of the policy'],
    [
      {retryAfter: {deadlineMs: 5}},
      'retryAfter.deadlineMs is not a field of retryAfter (its fields: honor, maxMs, scope); it belongs at the top of the policy',
    ],
    [
      {routes: [{match: {}, retryingLayers: []}]},
      'routes[0].retryingLayers is not a field of a route; it belongs at the top of the policy',
    ],
    [{'odd key': 1}, '["odd key"] is not a field of the policy'],
  ] as const) {
    it(JSON.stringify(policy), () => expect(said(checkPolicy(policy, SUGGESTING))).to.have.members(messages));
  }

  it('accepts the whole example of the format', () => {
    const policy = {
      $schema: './policy.schema.json',
      version: 1,
      name: 'predict',
      extends: ['steadfetch:llm'],
      maxAttempts: 'unlimited',
      idempotency: {header: 'Idempotency-Key', methods: ['POST'], format: 'sf-string'},
      budget: {kind: 'ratio', ratio: 0.1, windowMs: 10_000, minPerSecond: 0},
      breaker: {kind: 'consecutive', failures: 5},
      concurrency: {max: 50, queue: 0},
      hedge: {quantile: 0.95},
      routes: [
        {
          match: {methods: ['POST'], origin: 'https://api.example.com', path: '/v1/predict/*'},
          backoff: {baseMs: 25, capMs: 25},
        },
      ],
      objective: {
        latencyMs: {p95: 800, max: 2000},
        successRatio: 0.99,
        instances: 4,
        assume: {rps: 50, latencyMs: {p50: 180}, hangRatio: 0.01},
      },
      retryingLayers: [{name: 'service mesh', maxAttempts: 3}],
    };
    expect(said(checkPolicy(policy))).to.deep.equal([]);
  });

  for (const secret of [
    'Bearer abc',
    'x=sk_live_abcdef',
    'pk-abcdef',
    'rk_abcdef',
    'ghp_abcdef',
    'github_pat_abcdef',
    'glpat-abcdef',
    'xoxb-abcdef',
    'eyJhbGciOi',
    'AKIAIOSFODNN7EXAMPLE',
    'AIzaSy',
    'whsec_abcdef',
    'https://user:pass@host',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'token 0123456789abcdef0123 of the test',
  ])
    it(`does not repeat what looks like a secret: ${secret}`, () => {
      const [problem] = checkPolicy({deadlineMs: secret});
      expect(problem?.message).to.contain(`${JSON.stringify(secret.slice(0, 4))}… (${secret.length} characters)`);
      expect(problem?.message).not.to.contain(secret.slice(4));
    });

  for (const word of ['exponential', 'attemptTimeoutMilliseconds', '12345678901234567890', '//host/a', 'skip-1'])
    it(`repeats what does not: ${word}`, () =>
      expect(checkPolicy({deadlineMs: word})[0]?.message).to.contain(`"${word}"`));

  it('shortens long values, and does not repeat values that look like secrets', () => {
    const [long] = checkPolicy({deadlineMs: 'ab '.repeat(1_000_000)});
    expect(long?.message).to.have.length.below(120);
    const [secret] = checkPolicy({deadlineMs: 'sk-proj-Zm9vYmFyYmF6'});
    expect(secret?.message).to.contain('"sk-p"… (20 characters)').and.not.to.contain('Zm9v');
    const [key] = checkPolicy({['k'.repeat(10_000)]: 1});
    expect(key?.path).to.have.length.below(60);
  });

  it('reports at most a hundred problems, and the number of the others', () => {
    const problems = checkPolicy({retryOn: Array(600).fill('nope')});
    expect(problems).to.have.length(101);
    expect(problems.at(-1)?.message).to.equal('and at least 500 more problems');
  });

  for (const [what, policy] of [
    ['a list of wrong entries', {retryOn: Array(49_000).fill('nope')}],
    ['wrong entries of one kind', {backoff: {kind: 'list', delaysMs: Array(49_000).fill('nope')}}],
    ['unknown fields', Object.fromEntries(Array.from({length: 24_000}, (_, n) => [`maxAttemptz${n}`, n]))],
    [
      'unknown fields of a kind',
      {backoff: Object.fromEntries(Array.from({length: 24_000}, (_, n) => [`delaysMz${n}`, n]))},
    ],
  ] as const) {
    it(`limits the work on ${what}`, () => {
      const before = process.cpuUsage().user;
      expect(checkPolicy(policy)).to.have.length.within(1, 101);
      // Quadratic work would take minutes.
      expect((process.cpuUsage().user - before) / 1000).to.be.below(3000);
    });
  }

  it('finds other problems beside a value that cannot be read', () => {
    expect(said(checkPolicy({retryOn: () => 1, maxAttempts: 0}))).to.have.length(2);
  });
});

describe('checkOverrides', () => {
  for (const [overrides, ...messages] of [
    [{deadlineMs: 500, budget: null, hedge: {delayMs: 5}, correlationId: 'a-1', idempotencyKey: 'k'}],
    [{budget: {capacity: 1}}, 'budget must be null, got an object'],
    [{routes: []}, 'routes is not a field of the options of a call; it belongs in the policy, or in one of its routes'],
    [
      {deadline: 5},
      'deadline is not a field of the options of a call; use deadlineMs, which bounds the whole call, waits included, in milliseconds',
    ],
    [
      {idempotencyKey: 'a"b'},
      'idempotencyKey must be 1 to 255 visible ASCII characters, no double quote or backslash, got "a\\"b"',
    ],
    [5, 'must be an object, got 5'],
  ] as const) {
    it(JSON.stringify(overrides), () => expect(said(checkOverrides(overrides, SUGGESTING))).to.have.members(messages));
  }
});
