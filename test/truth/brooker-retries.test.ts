/**
 * M. Brooker, "Fixing retries with token buckets and circuit breakers" (2022): his simulation, by the rules of its program
 * (github.com/mbrooker/simulator_example, retry_sim). The rows are what that program printed; nothing is fitted to them.
 *
 * His rules: a request takes an exponential time of 10 ms to the server, and as long back. A call is retried at once. The bucket of a client
 * holds 5, gains 0.1 when a call starts, and gives a retry while it holds more than 1; it bounds no call by itself. The breaker of a client
 * allows no retry while more than a tenth of its calls, counted from the start, were failed attempts; it allows 3 retries a call.
 */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/policy/types.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import type {Substitutes} from '../../src/simulate/simulate.ts';
import {BARE, guardsWith, RuleBudget, run} from './run.ts';

class BrookersBucket extends RuleBudget {
  #tokens = 5;

  override callStarted(): void {
    this.#tokens = Math.min(5, this.#tokens + 0.1);
  }

  protected mayRetry(): boolean {
    if (this.#tokens <= 1) return false;
    this.#tokens--;
    return true;
  }
}

class BrookersBreaker extends RuleBudget {
  #calls = 0;
  #failures = 0;

  override callStarted(): void {
    this.#calls++;
  }

  override attemptFailed(): void {
    this.#failures++;
  }

  protected mayRetry(): boolean {
    return this.#failures / this.#calls <= 0.1;
  }
}

interface Rule {
  readonly policy: PolicyInput;
  readonly substitutes: Substitutes;
}

const RULES = {
  none: {policy: {...BARE, maxAttempts: 1}, substitutes: {}},
  'three retries': {policy: {...BARE, maxAttempts: 4}, substitutes: {}},
  bucket: {policy: {...BARE, maxAttempts: 100_000, budget: {}}, substitutes: guardsWith(() => new BrookersBucket())},
  breaker: {policy: {...BARE, maxAttempts: 4, budget: {}}, substitutes: guardsWith(() => new BrookersBreaker())},
} satisfies Record<string, Rule>;

const scenario = (failureRatio: number, clients: number, perSecond: number, durationMs: number): ScenarioInput => ({
  durationMs,
  traffic: {perSecond, clients},
  service: {
    latencyMs: {ms: 0},
    networkMs: {kind: 'exponential', meanMs: 10},
    faults: [{status: 503, ratio: failureRatio}],
  },
});

type Row = readonly [failureRatio: number, ...cells: readonly (readonly [success: number, load: number])[]];

/** 100 clients, 10 calls a second each, 60 s: success and requests per call, by the rules in the order of `RULES`. */
const TABLE: readonly Row[] = [
  [0.01, [0.99, 1], [1, 1.009], [1, 1.01], [1, 1.01]],
  [0.05, [0.951, 1], [1, 1.053], [1, 1.052], [0.998, 1.051]],
  [0.1, [0.904, 1], [1, 1.11], [0.986, 1.094], [0.937, 1.038]],
  [0.2, [0.798, 1], [0.998, 1.248], [0.883, 1.106], [0.803, 1.001]],
  [0.3, [0.697, 1], [0.992, 1.416], [0.773, 1.107], [0.7, 1]],
  [0.5, [0.499, 1], [0.939, 1.875], [0.554, 1.107], [0.497, 1]],
];

describe("Brooker's table of retry rules", () => {
  for (const [failureRatio, ...cells] of TABLE)
    for (const [index, [name, {policy, substitutes}]] of Object.entries(RULES).entries()) {
      const [success, load] = cells[index]!;
      it(`failures ${failureRatio}, ${name}: success ${success}, load ${load}`, async () => {
        const result = await run(policy, scenario(failureRatio, 100, 1000, 60_000), 1, substitutes);
        expect(result.successRatio).to.be.closeTo(success, 0.01);
        expect(result.requestsPerCall).to.be.closeTo(load, 0.02);
      });
    }
});

describe("Brooker's number of clients: the same load from 10, 100 or 1000 of them, 600 s", () => {
  for (const [clients, load] of [
    [10, 1.101],
    [100, 1.107],
    [1000, 1.169],
  ] as const)
    it(`bucket, failures 0.5, ${clients} clients: load ${load}`, async () => {
      const {policy, substitutes} = RULES.bucket;
      const result = await run(policy, scenario(0.5, clients, 100, 600_000), 1, substitutes);
      expect(result.requestsPerCall).to.be.closeTo(load, 0.02);
    });

  for (const [clients, success] of [
    [10, 0.9998],
    [100, 0.998],
    [1000, 0.981],
  ] as const)
    it(`breaker, failures 0.05, ${clients} clients: success ${success}`, async () => {
      const {policy, substitutes} = RULES.breaker;
      const result = await run(policy, scenario(0.05, clients, 100, 600_000), 1, substitutes);
      // 1000 clients lose in clusters: two runs of his program differ by 0.002.
      expect(result.successRatio).to.be.closeTo(success, 0.004);
    });
});

describe("Brooker's serial clients: 100 with one call at a time, waits of 0.1 s that double, 60 s", () => {
  const policy: PolicyInput = {
    ...BARE,
    maxAttempts: 4,
    backoff: {kind: 'exponential', baseMs: 100, factor: 2, jitter: 'none'},
  };
  for (const [failureRatio, calls, load] of [
    [0.5, 25_341, 1.88],
    [0.75, 13_880, 2.72],
  ] as const)
    it(`failures ${failureRatio}: ${calls} calls, load ${load}`, async () => {
      const open = scenario(failureRatio, 100, 1000, 60_000);
      const result = await run(policy, {...open, traffic: {...open.traffic, arrivals: 'closed-loop'}});
      expect(result.calls / calls).to.be.closeTo(1, 0.02);
      expect(result.requestsPerCall).to.be.closeTo(load, 0.02);
    });
});
