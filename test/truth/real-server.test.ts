/**
 * The simulator against real time: each scenario is simulated, and then met by real clients over real sockets at `steadfetch chaos`, with the
 * same seed. Success has to agree within 0.01 and requests per call within 0.05. What a request meets depends on when it arrives among
 * others, so two runs with one seed differ by chance; where they do, the mean of up to four seeds counts.
 *
 * A process that gets no processor for a while measures the machine. Both processes watch how late they are; where that was too late, the
 * scenario runs once more with half of the load, and is skipped if that was too much as well.
 */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/policy/types.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import {scenarios as named} from '../../src/simulate/scenario/scenarios.ts';
import type {Scenario, ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {runScenario} from '../../src/simulate/simulate.ts';
import {runReal, TOLERATED_MS} from './real-run.ts';

const CALLS = {durationMs: 10_000, traffic: {perSecond: 110, clients: 5}} as const;
const {steady, brownout, outage, 'rate-limited': rateLimited, 'slow-tail': slowTail} = named;

/** The named scenarios, shortened to 10 s and 1,100 calls. */
const CASES: readonly {readonly policy: PolicyInput; readonly scenario: ScenarioInput}[] = [
  {policy: {}, scenario: {...steady!, ...CALLS}},
  {
    policy: {attemptTimeoutMs: 1000},
    scenario: {
      ...brownout!,
      ...CALLS,
      service: {
        ...brownout!.service,
        faults: [
          {status: 503, ratio: 0.2, fromMs: 2000, toMs: 7000, afterMs: 200},
          {kind: 'hang', ratio: 0.1, fromMs: 2000, toMs: 7000},
        ],
      },
    },
  },
  {
    policy: {breaker: {openMs: 1000}},
    scenario: {
      ...outage!,
      ...CALLS,
      service: {...outage!.service, faults: [{status: 503, fromMs: 3000, toMs: 6000, afterMs: 10}]},
    },
  },
  {policy: {}, scenario: {...rateLimited!, ...CALLS}},
  {policy: {attemptTimeoutMs: 1000, hedge: {delayMs: 300}}, scenario: {...slowTail!, ...CALLS}},
  {
    policy: {extends: ['steadfetch:llm']},
    scenario: {
      ...named['stream-overload']!,
      durationMs: 10_000,
      traffic: {
        perSecond: 110,
        clients: 5,
        requests: [
          {method: 'POST', url: 'https://model.example/v1/chat/completions', inputTokens: 50, outputTokens: 30},
        ],
      },
      service: {
        ...named['stream-overload']!.service,
        stream: {
          ...named['stream-overload']!.service.stream!,
          firstContentMs: {kind: 'lognormal', medianMs: 300, sigma: 0.5},
          pingEveryMs: 100,
        },
      },
    },
  },
  {
    policy: {attemptTimeoutMs: 1000},
    scenario: {
      name: 'slowdown',
      ...CALLS,
      service: {
        latencyMs: {ms: 50},
        // One body in fifty outlives the time limit of its attempt.
        bodyMs: {
          kind: 'quantiles',
          points: [0, 0.98, 0.9801, 1].map(quantile => ({quantile, ms: quantile > 0.98 ? 3000 : 100})),
        },
        faults: [
          {kind: 'slow', ratio: 0.4, fromMs: 2000, toMs: 7000, factor: 4},
          {kind: 'slow', ratio: 0.2, fromMs: 2000, toMs: 7000, addedMs: {ms: 3000}},
        ],
      },
    },
  },
];

/** Chance alone may part two runs of 1,100 calls by more than 0.01, so further seeds are added until the mean of all agrees, or has not. */
const MOST_SEEDS = 4;

describe('a scenario, simulated and on a real server', function () {
  this.retries(1); // A busy machine moves a mean, too.
  for (const {policy, scenario: input} of CASES) {
    it(`${input.name}: success within 0.01, requests per call within 0.05`, async function () {
      for (const share of [1, 0.5]) {
        const sum = await compare(policy, withLoad(readScenario(input), share));
        if (sum.lateMs > TOLERATED_MS) {
          console.log(`  late: ${input.name} at ${100 * share} % of its load, by ${Math.round(sum.lateMs)} ms`);
          continue;
        }
        expect(sum.successApart, 'success apart').to.be.at.most(0.01);
        expect(sum.requestsApart, 'requests per call apart').to.be.at.most(0.05);
        return;
      }
      console.log(`  skipped: ${input.name}: the machine is too busy to measure anything but itself`);
      this.skip();
    });
  }
});

interface Comparison {
  /** How far the means of all seeds are apart. */
  readonly successApart: number;
  readonly requestsApart: number;
  readonly lateMs: number;
}

/** Ends with the first seed after which the means agree, and where the machine was too late. */
async function compare(policy: PolicyInput, scenario: Scenario): Promise<Comparison> {
  const success: number[] = [];
  const requests: number[] = [];
  for (let seeds = 1; ; seeds++) {
    const seeded = {...scenario, seed: scenario.seed + seeds - 1};
    const simulated = await runScenario(policy, seeded, {});
    const {real, received, lateMs} = await runReal(policy, seeded);
    expect(real.calls, 'the same calls').to.equal(simulated.calls).and.to.be.at.least(500);
    expect(received, 'the server received what the clients sent').to.equal(
      Math.round(real.requestsPerCall * real.calls),
    );
    success.push(real.successRatio - simulated.successRatio);
    requests.push(real.requestsPerCall - simulated.requestsPerCall);
    const sum = {successApart: Math.abs(mean(success)), requestsApart: Math.abs(mean(requests)), lateMs};
    const agrees = sum.successApart <= 0.01 && sum.requestsApart <= 0.05;
    if (agrees || lateMs > TOLERATED_MS || seeds === MOST_SEEDS) return sum;
  }
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

function withLoad(scenario: Scenario, share: number): Scenario {
  const {traffic, service} = scenario;
  const quotas = service.quotas.map(quota => ({...quota, max: Math.round(quota.max * share)}));
  return {
    ...scenario,
    traffic: {...traffic, perSecond: traffic.perSecond * share},
    service: {...service, quotas},
  };
}
