/**
 * Retry budgets in a lasting outage, against what their sources say.
 *
 * gRPC's throttling (gRFC A6): a bucket of 10 tokens; a failed attempt takes 1, a success returns 0.1; nothing is retried with half of them or
 * fewer. It binds from a failure ratio of 0.1 / 1.1 = 0.091 on. Finagle's budget: retries up to 20 % of the calls of 10 s, and 10 a second.
 */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/policy/types.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {BARE, guardsWith, RuleBudget, run} from './run.ts';

class GrpcThrottling extends RuleBudget {
  #tokens = 10;

  override attemptFailed(): void {
    this.#tokens = Math.max(0, this.#tokens - 1);
  }

  override firstTrySucceeded(): void {
    this.#tokens = Math.min(10, this.#tokens + 0.1);
  }

  override retrySucceeded(): void {
    this.firstTrySucceeded();
  }

  protected mayRetry(): boolean {
    return this.#tokens > 5;
  }
}

const failing = (ratio: number, perSecond: number, durationMs: number): ScenarioInput => ({
  durationMs,
  traffic: {perSecond},
  service: {latencyMs: {ms: 1}, faults: [{status: 503, ratio}]},
});

describe("gRPC's retry throttling, 200,000 calls of one client", () => {
  const policy: PolicyInput = {...BARE, maxAttempts: 4, budget: {}};
  for (const [failureRatio, load, success] of [
    [0.05, 1.051, 1],
    [0.09, 1.042, 0.949],
    [0.2, 1, 0.8],
    [0.5, 1, 0.5],
  ] as const)
    it(`failures ${failureRatio}: load ${load}, success ${success}`, async () => {
      const result = await run(
        policy,
        failing(failureRatio, 1000, 200_000),
        1,
        guardsWith(() => new GrpcThrottling()),
      );
      expect(result.requestsPerCall).to.be.closeTo(load, 0.005);
      expect(result.successRatio).to.be.closeTo(success, 0.006);
    });
});

describe("Finagle's bound, by the ratio budget of the policy: load 1 + 0.2 + 10 / calls a second", () => {
  const policy: PolicyInput = {
    ...BARE,
    maxAttempts: 100,
    budget: {kind: 'ratio', ratio: 0.2, windowMs: 10_000, minPerSecond: 10},
  };
  for (const [perSecond, load] of [
    [10, 2.2],
    [100, 1.3],
    [1000, 1.21],
  ] as const)
    it(`${perSecond} calls a second, all fail: load ${load}`, async () => {
      const result = await run(policy, failing(1, perSecond, 300_000));
      expect(result.requestsPerCall).to.be.closeTo(load, 0.03);
      expect(result.requestsPerCall).to.be.at.most(load + 0.01);
    });
});

describe('budgets in closed form, at failures of 0.2, 0.5 and 1 (load, success)', () => {
  // R = ρ(1 − f) / (1 − ρ(1 − f)) for a deposit of ρ = 0.1 a success: load 1 + R, success (1 − f)(1 + R).
  const success: PolicyInput = {
    ...BARE,
    maxAttempts: 100,
    budget: {kind: 'token-bucket', capacity: 10, retryCost: 10, throttledCost: 10, refillPerMinute: 0},
  };

  /** A deposit for each success, that of a retry too. */
  class SuccessDeposit extends RuleBudget {
    #tokens = 1;

    override firstTrySucceeded(): void {
      this.#tokens = Math.min(10, this.#tokens + 0.1);
    }

    override retrySucceeded(): void {
      this.firstTrySucceeded();
    }

    protected mayRetry(): boolean {
      if (this.#tokens < 1) return false;
      this.#tokens--;
      return true;
    }
  }

  for (const [failureRatio, load, answered] of [
    [0.2, 1.087, 0.87],
    [0.5, 1.053, 0.526],
    [1, 1, 0],
  ] as const)
    it(`failures ${failureRatio}, a tenth of each success: ${load}, ${answered}`, async () => {
      const result = await run(
        success,
        failing(failureRatio, 1000, 100_000),
        1,
        guardsWith(() => new SuccessDeposit()),
      );
      expect(result.requestsPerCall / load).to.be.closeTo(1, 0.01);
      expect(result.successRatio).to.be.closeTo(answered, 0.01);
    });

  it('failures 0.5, a tenth of the calls: 1.1, 0.55', async () => {
    const policy: PolicyInput = {
      ...BARE,
      maxAttempts: 100,
      budget: {kind: 'ratio', ratio: 0.1, windowMs: 10_000, minPerSecond: 0},
    };
    const result = await run(policy, failing(0.5, 1000, 100_000));
    expect(result.requestsPerCall).to.be.closeTo(1.1, 0.011);
    expect(result.successRatio).to.be.closeTo(0.55, 0.01);
  });
});
