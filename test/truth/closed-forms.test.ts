/** The closed forms of src/math, which the linter and the planner use, against the simulator: within 1 %. */
import {expect} from 'chai';
import {latencyCdf} from '../../src/math/attempt-latency.ts';
import {predictCall} from '../../src/math/call-latency.ts';
import {meanAttempts, successRatio} from '../../src/math/success.ts';
import {resolvePolicy} from '../../src/policy/resolve.ts';
import type {BackoffInput, PolicyInput} from '../../src/policy/types.ts';
import type {ScenarioInput, ScenarioServiceInput} from '../../src/simulate/scenario/types.ts';
import {BARE, run} from './run.ts';

const CALLS = 200_000;

const scenarioOf = (service: ScenarioServiceInput): ScenarioInput => ({
  durationMs: CALLS,
  traffic: {perSecond: 1000},
  service,
});

describe('independent failures', () => {
  for (const [failureRatio, attempts] of [
    [0.1, 4],
    [0.5, 4],
    [0.3, 2],
  ] as const)
    it(`${attempts} attempts that fail by ${failureRatio}: attempts and success`, async () => {
      const service = {latencyMs: {ms: 1}, faults: [{status: 503, ratio: failureRatio}]};
      const result = await run({...BARE, maxAttempts: attempts}, scenarioOf(service));
      expect(result.requestsPerCall / meanAttempts(attempts, failureRatio)).to.be.closeTo(1, 0.01);
      expect(result.successRatio / successRatio(attempts, failureRatio)).to.be.closeTo(1, 0.01);
    });
});

describe('an outage of exponential length, mean 1 s: the chance that a call fails with waits up to 200, 400 and 800 ms', () => {
  // The product of the Laplace transforms of the waits. The service fails at once, so that the waits alone count, and outages are too far
  // apart for a call to meet two.
  const scenario: ScenarioInput = {
    durationMs: 200_000_000,
    traffic: {perSecond: 2},
    service: {latencyMs: {ms: 0}, outages: {meanUpMs: 100_000, meanDownMs: 1000}},
  };
  const policyOf = (maxAttempts: number, jitter: 'none' | 'equal' | 'full'): PolicyInput => ({
    ...BARE,
    maxAttempts,
    backoff: {kind: 'exponential', baseMs: 200, factor: 2, jitter},
  });
  const failuresOf = async (policy: PolicyInput): Promise<number> => {
    const {calls, succeeded} = await run(policy, scenario);
    return calls - succeeded;
  };
  let first: number;
  before(async () => {
    first = await failuresOf(policyOf(1, 'none'));
  });

  // Some 2000 outages with two calls each, which share their outage: a standard error of 0.01.
  for (const [jitter, ratio] of [
    ['none', 0.247],
    ['equal', 0.353],
    ['full', 0.514],
  ] as const)
    it(`${jitter}: ${ratio}`, async () => {
      expect((await failuresOf(policyOf(4, jitter))) / first).to.be.closeTo(ratio, 0.03);
    });
});

/** POST /predict: median 180 ms, P95 410 ms, one attempt in 20 fails after 20 ms, one in 100 hangs. Plans as the planner compares them. */
const PREDICT: ScenarioServiceInput = {
  latencyMs: {kind: 'lognormal', medianMs: 180, sigma: 0.5},
  faults: [
    {status: 503, ratio: 0.05, afterMs: 20},
    {kind: 'hang', ratio: 0.01},
  ],
};

interface PlanRow {
  readonly attemptTimeoutMs: number;
  readonly attempts: number;
  readonly baseMs: number;
  readonly deadlineMs: number | null;
  readonly loads: number;
  readonly p95: number;
}

/** Attempts per call and P95 of all calls, as computed by convolution on a grid of 1 ms. */
const PLANS: readonly PlanRow[] = [
  {attemptTimeoutMs: 500, attempts: 3, baseMs: 100, deadlineMs: null, loads: 1.086, p95: 439},
  {attemptTimeoutMs: 400, attempts: 3, baseMs: 100, deadlineMs: 800, loads: 1.121, p95: 580},
  {attemptTimeoutMs: 450, attempts: 2, baseMs: 100, deadlineMs: 800, loads: 1.092, p95: 444},
  {attemptTimeoutMs: 300, attempts: 3, baseMs: 50, deadlineMs: 800, loads: 1.247, p95: 570},
  {attemptTimeoutMs: 600, attempts: 3, baseMs: 25, deadlineMs: 800, loads: 1.072, p95: 435},
];

describe('the latency of a call, by convolution', () => {
  for (const {attemptTimeoutMs, attempts, baseMs, deadlineMs, loads, p95} of PLANS)
    it(`timeout ${attemptTimeoutMs}, ${attempts} attempts, base ${baseMs}, deadline ${deadlineMs}: load ${loads}, P95 ${p95}`, async () => {
      const backoff: BackoffInput = {kind: 'exponential', baseMs, factor: 2, jitter: 'full'};
      const policy: PolicyInput = {...BARE, maxAttempts: attempts, attemptTimeoutMs, deadlineMs, backoff};
      const result = await run(policy, scenarioOf(PREDICT));
      const predicted = predictCall({
        attempts,
        attemptTimeoutMs,
        deadlineMs: deadlineMs ?? Number.POSITIVE_INFINITY,
        backoff: resolvePolicy(policy).policy.backoff,
        throttled: false,
        latency: latencyCdf({p50: 180, p95: 180 * Math.exp(0.5 * 1.6448536269514722)})!,
        failures: [{ratio: 0.05, afterMs: 20, isRetried: true}],
        hangRatio: 0.01,
        retriesTimeouts: true,
        budget: null,
      });
      expect(result.requestsPerCall / loads).to.be.closeTo(1, 0.01);
      expect(result.latencyMs.all.p95 / p95).to.be.closeTo(1, 0.015);
      expect(result.requestsPerCall / predicted.meanAttempts).to.be.closeTo(1, 0.01);
      expect(result.successRatio / predicted.successRatio).to.be.closeTo(1, 0.01);
      expect(result.latencyMs.all.p95 / predicted.quantile(0.95)).to.be.closeTo(1, 0.01);
    });
});

describe('a hedge: P99 of a lognormal service with median 180 ms and sigma 0.5', () => {
  for (const [delayMs, p99, load] of [
    [410, 542, 1.05],
    [342, 512, 1.1],
  ] as const)
    it(`after ${delayMs} ms: P99 ${p99}, load ${load}`, async () => {
      const policy: PolicyInput = {...BARE, maxAttempts: 2, hedge: {delayMs, maxLoadRatio: 1}};
      const result = await run(policy, scenarioOf({latencyMs: PREDICT.latencyMs}));
      expect(result.latencyMs.all.p99 / p99).to.be.closeTo(1, 0.015);
      expect(result.requestsPerCall / load).to.be.closeTo(1, 0.01);
    });
});
