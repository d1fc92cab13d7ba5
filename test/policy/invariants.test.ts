/** What fields ask of each other: what construction refuses, and what it leaves to the linter. */

import {expect} from 'chai';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import {checkInvariants} from '../../src/policy/invariants.ts';
import {mergePolicy} from '../../src/policy/merge.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

const exponential = 'its fields: kind, baseMs, throttledBaseMs, factor, capMs, jitter';

describe('checkInvariants', () => {
  for (const [policy, path, message] of [
    [
      {maxAttempts: 'unlimited', deadlineMs: null},
      'maxAttempts',
      'is "unlimited" without a deadline, so a call might never end; set deadlineMs, or a number of attempts',
    ],
    [
      {breaker: {openMs: 60_001, maxOpenMs: 60_000}},
      'breaker.openMs',
      'is 60001 ms, above maxOpenMs (60000 ms); raise maxOpenMs or lower openMs',
    ],
    [
      {breaker: {kind: 'consecutive', maxOpenMs: 5}},
      'breaker.openMs',
      'is 5000 ms, above maxOpenMs (5 ms); raise maxOpenMs or lower openMs',
    ],
    [
      {concurrency: {kind: 'adaptive', min: 9, max: 8}},
      'concurrency.min',
      'is 9, above max (8); lower min or raise max',
    ],
    [
      {concurrency: {min: 2}},
      'concurrency.min',
      'is not a field of concurrency kind "fixed" (its fields: kind, max, queue); name the kind that is meant: "kind": "adaptive"',
    ],
    [{hedge: {}}, 'hedge', 'needs delayMs or quantile, and not both'],
    [{hedge: {delayMs: 5, quantile: 0.9}}, 'hedge', 'needs delayMs or quantile, and not both'],
    [
      {backoff: {stepMs: 5, factor: 2}},
      'backoff.stepMs',
      `is not a field of backoff kind "exponential" (${exponential}); name the kind that is meant: "kind": "linear"`,
    ],
    [
      {budget: {ratio: 0.2, capacity: 5}},
      'budget.ratio',
      'is not a field of budget kind "token-bucket" (its fields: kind, capacity, retryCost, throttledCost, refillPerMinute); name the kind that is meant: "kind": "ratio"',
    ],
    [
      {breaker: {minProbeMs: 2001}},
      'breaker.minProbeMs',
      'is 2001 ms, above maxProbeMs (1000 ms); raise maxProbeMs or lower minProbeMs',
    ],
    [
      {deadlineHeader: 'X-Correlation-ID'},
      'deadlineHeader',
      'is "X-Correlation-ID", which correlation.header already uses; give each its own',
    ],
    [
      {idempotency: {header: 'x-id'}, correlation: {requestIdHeader: 'X-Id'}},
      'correlation.requestIdHeader',
      'is "X-Id", which idempotency.header already uses; give each its own',
    ],
    [
      {idempotency: {header: 'Authorization'}},
      'idempotency.header',
      'is "Authorization", a header of HTTP; choose another',
    ],
    [
      {correlation: {header: 'traceparent'}},
      'correlation.header',
      'is "traceparent", a header of HTTP; choose another',
    ],
    [
      {correlation: {sendTo: ['https://a.test', 'https://a:99999']}},
      'correlation.sendTo[1]',
      'is not an origin that a URL can have; write scheme, host and port, such as "https://api.example.com:8443"',
    ],
  ] as [PolicyInput, string, string][]) {
    it(`refuses ${JSON.stringify(policy)}`, () =>
      expect(checkInvariants(mergePolicy(defaultPolicy, policy))).to.deep.equal([{path, message}]));
  }

  for (const policy of [
    {},
    {maxAttempts: 'unlimited'},
    {maxAttempts: 1, hedge: {delayMs: 5}},
    {maxAttempts: null, hedge: {quantile: 0.9}},
    {attemptTimeoutMs: 60_000, deadlineMs: 1},
    {backoff: {baseMs: 500, throttledBaseMs: 900, capMs: 1}},
    {breaker: {openMs: 60_000, maxOpenMs: 60_000}},
    {breaker: {openMs: 90_000}},
    {budget: {capacity: 1, retryCost: 5}},
    {retryOn: [], idempotentMethods: []},
    {breaker: {probes: 0, minCalls: 1_000_000, openMs: 1}},
    {concurrency: {kind: 'adaptive', max: 2}},
  ] as PolicyInput[]) {
    it(`leaves ${JSON.stringify(policy)} to the linter`, () =>
      expect(checkInvariants(mergePolicy(defaultPolicy, policy))).to.deep.equal([]));
  }
});
