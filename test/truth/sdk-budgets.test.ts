/**
 * The budgets of SDKs and proxies, step by step and in a lasting outage.
 *
 * AWS SDKs: the test cases of the retry behavior of 2026 that they share (smithy-go, smithy-kotlin, aws-sdk-php: "retry quota"). A retry costs
 * 14 tokens, 5 after a throttled response; a retry that succeeds gives its cost back. gRPC: gRFC A6, "Throttling Retry Attempts and Hedged
 * RPCs". Envoy: `RetryBudget` of a cluster's circuit breakers, retries in flight as a share of all requests in flight.
 */
import {expect} from 'chai';
import type {Clock} from '../../src/core/timer.ts';
import {type Budget, REFUSED} from '../../src/guards/budget.ts';
import {LocalGuards} from '../../src/guards/guard-factory.ts';
import type {Budget as BudgetPolicy, PolicyInput} from '../../src/policy/types.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {
  type Exchange,
  type Reply,
  type Service,
  ServiceAnswer,
  type ServiceRequest,
} from '../../src/simulate/service/service.ts';
import {BARE, guardsWith, RuleBudget, run} from './run.ts';

/** Answers at once, by a list of statuses. */
class Script implements Service {
  readonly #statuses: readonly number[];
  readonly #arrived: () => void;
  #next = 0;

  /** @param arrived Called before each answer. */
  constructor(statuses: readonly number[], arrived: () => void) {
    this.#statuses = statuses;
    this.#arrived = arrived;
  }

  arrive(_request: ServiceRequest, _client: number, reply: Reply): Exchange {
    this.#arrived();
    reply.answer(new ServiceAnswer(this.#statuses[this.#next++]!));
    return {leave() {}};
  }
}

/** One call in 100 s, so that calls do not overlap. */
const oneByOne = (calls: number): ScenarioInput => ({
  durationMs: calls * 100_000 + 1,
  traffic: {perSecond: 0.01, arrivals: 'even'},
  service: {latencyMs: {ms: 0}},
});

/** A response, the tokens after it, and the wait until it is retried; null: the call ends. */
type Response = readonly [status: number, tokens: number, delayMs: number | null];

interface QuotaCase {
  readonly name: string;
  readonly tokens: number;
  readonly maxAttempts: number;
  readonly baseMs?: number;
  readonly capMs?: number;
  readonly responses: readonly Response[];
}

const CASES: readonly QuotaCase[] = [
  {
    name: 'a retry that succeeds at last',
    tokens: 500,
    maxAttempts: 3,
    responses: [
      [500, 486, 50],
      [500, 472, 100],
      [200, 486, null],
    ],
  },
  {
    name: 'every attempt fails',
    tokens: 500,
    maxAttempts: 3,
    responses: [
      [502, 486, 50],
      [502, 472, 100],
      [502, 472, null],
    ],
  },
  {name: 'no token', tokens: 0, maxAttempts: 3, responses: [[500, 0, null]]},
  {
    name: 'tokens for one retry',
    tokens: 20,
    maxAttempts: 5,
    responses: [
      [500, 6, 50],
      [502, 6, null],
    ],
  },
  {
    name: 'tokens that come back',
    tokens: 30,
    maxAttempts: 5,
    responses: [
      [500, 16, 50],
      [502, 2, 100],
      [200, 16, null],
      [500, 2, 50],
      [200, 16, null],
    ],
  },
  {
    name: 'waits that double up to their limit',
    tokens: 500,
    maxAttempts: 5,
    capMs: 200,
    responses: [
      [500, 486, 50],
      [500, 472, 100],
      [500, 458, 200],
      [500, 444, 200],
      [500, 444, null],
    ],
  },
  {
    name: 'a throttled response',
    tokens: 500,
    maxAttempts: 3,
    responses: [
      [429, 495, 1000],
      [200, 500, null],
    ],
  },
  {
    name: 'the base of DynamoDB',
    tokens: 500,
    maxAttempts: 4,
    baseMs: 25,
    responses: [
      [500, 486, 25],
      [500, 472, 50],
      [500, 458, 100],
      [500, 458, null],
    ],
  },
];

describe("the retry quota of the AWS SDKs' shared test cases", () => {
  for (const {name, tokens, maxAttempts, baseMs = 50, capMs = 20_000, responses} of CASES)
    it(`${name}: ${responses.map(([status, left]) => `${status} leaves ${left}`).join(', ')}`, async () => {
      const policy: PolicyInput = {
        ...BARE,
        maxAttempts,
        backoff: {kind: 'exponential', baseMs, throttledBaseMs: 1000, factor: 2, capMs, jitter: 'none'},
        budget: {kind: 'token-bucket', capacity: tokens, retryCost: 14, throttledCost: 5, refillPerMinute: 0},
      };
      let budget: Budget | undefined;
      const guards = (random: () => number) =>
        new (class extends LocalGuards {
          override budget(settings: BudgetPolicy): Budget {
            budget = super.budget(settings);
            return budget;
          }
        })(random);
      const arrivedAt: number[] = [];
      const left: number[] = [];
      const service = (clock: Clock): Service =>
        new Script(
          responses.map(([status]) => status),
          () => {
            arrivedAt.push(clock.now());
            left.push(Math.round(budget!.remaining(clock.now()) * tokens));
          },
        );
      const calls = responses.filter(([, , delayMs]) => delayMs === null).length;
      const result = await run(policy, oneByOne(calls), 1, {service, guards});
      left.push(Math.round(budget!.remaining(0) * tokens));
      expect(result).to.include({calls, requests: responses.length});
      expect(left).to.deep.equal([tokens, ...responses.map(([, after]) => after)]);
      for (const [index, [, , delayMs]] of responses.entries())
        if (delayMs !== null) expect(arrivedAt[index + 1]! - arrivedAt[index]!).to.equal(delayMs);
    });
});

/** A success returns `ratio` tokens, a failure takes one; nothing is retried with half of the tokens or fewer. */
class GrpcThrottling extends RuleBudget {
  readonly #max: number;
  readonly #ratio: number;
  #tokens: number;

  constructor(max: number, ratio: number) {
    super();
    this.#max = max;
    this.#ratio = ratio;
    this.#tokens = max;
  }

  override attemptFailed(): void {
    this.#tokens = Math.max(0, this.#tokens - 1);
  }

  override firstTrySucceeded(): void {
    this.#tokens = Math.min(this.#max, this.#tokens + this.#ratio);
  }

  override retrySucceeded(): void {
    this.firstTrySucceeded();
  }

  protected mayRetry(): boolean {
    return this.#tokens > this.#max / 2;
  }
}

const failing = (ratio: number, perSecond: number, durationMs: number): ScenarioInput => ({
  durationMs,
  traffic: {perSecond},
  service: {latencyMs: {ms: 1}, faults: [{status: 503, ratio}]},
});

describe("gRPC's throttling with other tokens", () => {
  it('10 tokens: five failures are retried four times, and later calls not at all', async () => {
    const policy: PolicyInput = {...BARE, maxAttempts: 5, budget: {}};
    const {requests, calls} = await run(
      policy,
      {...oneByOne(10), service: {latencyMs: {ms: 0}, faults: [{status: 503}]}},
      1,
      guardsWith(() => new GrpcThrottling(10, 0.1)),
    );
    expect(requests - calls).to.equal(4);
  });

  // Each attempt takes f tokens and returns (1 − f) · ratio: the throttling begins at f = ratio / (1 + ratio), 1/3 here.
  for (const [failureRatio, success] of [
    [0.3, 1 - 0.3 ** 4],
    [0.4, 0.6],
  ] as const)
    it(`a ratio of 0.5, failures ${failureRatio}: success ${success.toFixed(3)}`, async () => {
      const policy: PolicyInput = {...BARE, maxAttempts: 4, budget: {}};
      const throttling = guardsWith(() => new GrpcThrottling(1000, 0.5));
      const {successRatio} = await run(policy, failing(failureRatio, 1000, 200_000), 1, throttling);
      // Until 500 tokens are used up, 2500 calls or more are retried.
      expect(successRatio).to.be.closeTo(success, 0.02);
    });
});

/** Retries in flight are at most this share of all requests in flight, or three. Every request is in flight for as long. */
class EnvoyBudget extends RuleBudget {
  readonly #share: number;
  readonly #latencyMs: number;
  /** When requests in flight end, the next one first; of these, the retries. */
  readonly #requests: number[] = [];
  readonly #retries: number[] = [];

  constructor(share: number, latencyMs: number) {
    super();
    this.#share = share;
    this.#latencyMs = latencyMs;
  }

  override callStarted(now: number): void {
    this.#requests.push(now + this.#latencyMs);
  }

  override withdraw(_throttled?: boolean, now = 0): number {
    for (const each of [this.#requests, this.#retries]) while (each.length > 0 && each[0]! <= now) each.shift();
    if (this.#retries.length >= Math.max(3, this.#share * this.#requests.length)) return REFUSED;
    this.#requests.push(now + this.#latencyMs);
    this.#retries.push(now + this.#latencyMs);
    return 0;
  }

  protected mayRetry(): boolean {
    return true;
  }
}

describe("Envoy's retry budget, 1,000 calls a second that all fail after 100 ms", () => {
  // Of the requests in flight a share b is retries, so that there are b / (1 − b) for each call; a budget of 25 % of 100 requests allows 25.
  for (const [share, load] of [
    [0.2, 1.25],
    [0.25, 1.333],
  ] as const)
    it(`${share} of the requests: load ${load}`, async () => {
      const policy: PolicyInput = {...BARE, maxAttempts: 100, budget: {}};
      const scenario: ScenarioInput = {
        durationMs: 100_000,
        traffic: {perSecond: 1000},
        service: {latencyMs: {ms: 1}, faults: [{status: 503, afterMs: 100}]},
      };
      const result = await run(
        policy,
        scenario,
        1,
        guardsWith(() => new EnvoyBudget(share, 100)),
      );
      // The last retry that is granted may exceed the share: one of 25.
      expect(result.requestsPerCall).to.be.within(load - 0.005, load + 0.02);
    });
});
