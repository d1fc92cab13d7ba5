/** From what is written to what runs. */

import {expect} from 'chai';
import {InvalidPolicyError} from '../../src/core/errors.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import {presets} from '../../src/policy/presets.ts';
import {resolveOverrides, resolvePolicy} from '../../src/policy/resolve.ts';

const problemsOf = (run: () => unknown): string[] => {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidPolicyError)
      return error.problems.map(({path, message}) => `${path} ${message}`.trim());
    throw error;
  }
  return [];
};

const isDeepFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen));

describe('resolvePolicy', () => {
  it('returns the defaults without an argument', () => {
    expect(resolvePolicy(undefined)).to.deep.equal({policy: defaultPolicy, routes: []});
    expect(resolvePolicy({}).policy).to.deep.equal(defaultPolicy);
  });

  it('refuses null', () => {
    expect(() => resolvePolicy(null))
      .to.throw(InvalidPolicyError, 'The policy: must be an object, got null')
      .with.property('code', 'INVALID_POLICY');
  });

  it('returns a deeply frozen policy with frozen routes', () => {
    const resolved = resolvePolicy({
      extends: ['steadfetch:llm'],
      objective: {latencyMs: {p95: 5}},
      retryingLayers: [{name: 'mesh', maxAttempts: 2}],
    });
    expect(isDeepFrozen(resolved)).to.equal(true);
  });

  it('does not freeze its argument', () => {
    const input = {retryOn: [503], backoff: {baseMs: 5}};
    resolvePolicy(input);
    input.retryOn.push(500);
    expect(Object.isFrozen(input.backoff)).to.equal(false);
  });

  it('merges the policies of extends below the policy, left to right', () => {
    const {policy} = resolvePolicy({
      extends: ['steadfetch:interactive', 'steadfetch:payments'],
      attemptTimeoutMs: 1000,
    });
    expect(policy).to.include({name: 'payments', deadlineMs: 60_000, attemptTimeoutMs: 1000, idleTimeoutMs: 10_000});
    expect(policy.backoff).to.deep.equal({...presets['steadfetch:interactive']?.backoff, baseMs: 500});
  });

  it('orders routes of the policy first, then those of later presets', () => {
    const {routes} = resolvePolicy({extends: ['steadfetch:llm'], routes: [{match: {path: '/own'}}]});
    expect(routes.map(({template}) => template)).to.deep.equal([
      '/own',
      ...(presets['steadfetch:llm']?.routes ?? []).map(({match}) => match.path),
    ]);
  });

  it("merges a route into the policy, and uses its name or else the policy's", () => {
    const {routes} = resolvePolicy({
      name: 'shop',
      maxAttempts: 2,
      routes: [
        {match: {path: '/a/*', methods: ['get']}, name: 'shop.a', deadlineMs: 5},
        {match: {}, budget: null},
      ],
    });
    expect(routes[0]).to.deep.include({name: 'shop.a', template: '/a/*'});
    expect(routes[0]?.policy).to.deep.equal({...defaultPolicy, name: 'shop.a', maxAttempts: 2, deadlineMs: 5});
    expect(routes[0]?.matches('GET', 'https://a.test', '/a/1')).to.equal(true);
    expect(routes[1]).to.deep.include({name: 'shop', template: undefined});
    expect(routes[1]?.policy.budget).to.equal(null);
  });

  it('normalises methods and origins for comparison', () => {
    const {policy} = resolvePolicy({
      idempotentMethods: ['get', 'GET', 'post'],
      idempotency: {methods: ['patch']},
      correlation: {sendTo: ['HTTPS://A.test:443']},
    });
    expect(policy.idempotentMethods).to.deep.equal(['GET', 'POST']);
    expect(policy.idempotency?.methods).to.deep.equal(['PATCH']);
    expect(policy.correlation?.sendTo).to.deep.equal(['https://a.test']);
  });

  for (const [policy, ...messages] of [
    [
      {extends: ['steadfetch:lmm']},
      'extends[0] is "steadfetch:lmm", which is not a preset; the presets are steadfetch:default, steadfetch:interactive, steadfetch:llm, steadfetch:mcp, steadfetch:payments, steadfetch:batch, steadfetch:neutral',
    ],
    [
      {extends: ['payments']},
      'extends[0] is "payments", which is not a preset; the presets are steadfetch:default, steadfetch:interactive, steadfetch:llm, steadfetch:mcp, steadfetch:payments, steadfetch:batch, steadfetch:neutral',
    ],
    [
      {extends: ['__proto__']},
      'extends[0] is "__proto__", which is not a preset; the presets are steadfetch:default, steadfetch:interactive, steadfetch:llm, steadfetch:mcp, steadfetch:payments, steadfetch:batch, steadfetch:neutral',
    ],
    [
      {extends: ['./base.json']},
      'extends[0] is the file "./base.json"; files are read by loadPolicy of steadfetch/load, not at run time',
    ],
    [
      {extends: ['base.yaml']},
      'extends[0] is the file "base.yaml"; files are read by loadPolicy of steadfetch/load, not at run time',
    ],
    [
      {maxAttempts: 'unlimited', deadlineMs: null, routes: [{match: {}}, {match: {}, hedge: {}}]},
      'maxAttempts is "unlimited" without a deadline, so a call might never end; set deadlineMs, or a number of attempts',
      'routes[1].hedge needs delayMs or quantile, and not both',
    ],
    [
      {maxAttempts: 'unlimited', routes: [{match: {}, deadlineMs: null}]},
      'routes[0].maxAttempts is "unlimited" without a deadline, so a call might never end; set deadlineMs, or a number of attempts',
    ],
    [
      {routes: [{match: {origin: 'https://a:99999'}}]},
      'routes[0].match.origin is not an origin that a URL can have; write scheme, host and port, such as "https://api.example.com:8443"',
    ],
    [
      {maxAttempts: 0, deadlineMs: 0},
      'maxAttempts must be a whole number of at least 1, "unlimited" or null, got 0',
      'deadlineMs must be a whole number of at least 1 or null, got 0',
    ],
  ] as const) {
    it(`refuses ${JSON.stringify(policy)}`, () =>
      expect(problemsOf(() => resolvePolicy(policy))).to.have.members(messages));
  }
});

describe('resolveOverrides', () => {
  const {policy: base} = resolvePolicy({hedge: {quantile: 0.9}});

  it('returns the policy unchanged without overrides', () => {
    expect(resolveOverrides(base, undefined).policy).to.equal(base);
    expect(resolveOverrides(base, {}).policy).to.equal(base);
    expect(resolveOverrides(base, {correlationId: 'c-1', idempotencyKey: 'k-1'})).to.deep.equal({
      policy: base,
      correlationId: 'c-1',
      idempotencyKey: 'k-1',
    });
  });

  it('merges the overrides into the policy by the same rules, and freezes the result', () => {
    const {policy} = resolveOverrides(base, {
      deadlineMs: 500,
      hedge: {delayMs: 5},
      backoff: {baseMs: 1},
      budget: null,
      idempotentMethods: ['post'],
    });
    expect(policy).to.deep.equal({
      ...base,
      deadlineMs: 500,
      hedge: {delayMs: 5, maxLoadRatio: 0.05, to: 'same'},
      backoff: {...base.backoff, baseMs: 1},
      budget: null,
      idempotentMethods: ['POST'],
    });
    expect(isDeepFrozen(policy)).to.equal(true);
  });

  for (const [overrides, message] of [
    [
      {maxAttempts: 'unlimited', deadlineMs: null},
      'maxAttempts is "unlimited" without a deadline, so a call might never end; set deadlineMs, or a number of attempts',
    ],
    [{breaker: {}}, 'breaker must be null, got an empty object'],
    [{maxAttempt: 1}, 'maxAttempt is not a field of the options of a call; retry-lint says what may be meant'],
    [null, 'must be an object, got null'],
  ] as const) {
    it(`refuses ${JSON.stringify(overrides)}`, () => {
      expect(problemsOf(() => resolveOverrides(base, overrides))).to.deep.equal([message]);
      expect(() => resolveOverrides(base, overrides))
        .to.throw(InvalidPolicyError)
        .with.property('code', 'INVALID_OVERRIDES');
    });
  }
});
