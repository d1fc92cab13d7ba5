/**
 * The simulator against real time, with several endpoints: each scenario is simulated, and then met by real clients at `steadfetch chaos`, which
 * serves each endpoint at a port of its own. Success has to agree within 0.02, requests per call and the share of each
 * endpoint within 0.06, and P99 of the successes within a fifth beyond how late the processes were. Where chance parts two runs, the mean of
 * up to four seeds counts.
 *
 * As in real-server.test.ts, a scenario for which the machine was too busy runs once more with half of the load, and is skipped after that.
 */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/policy/types.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import {scenarios as named} from '../../src/simulate/scenario/scenarios.ts';
import type {FaultInput, Scenario, ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {runScenario} from '../../src/simulate/simulate.ts';
import {runReal} from './real-run.ts';

const CALLS = {durationMs: 10_000, traffic: {perSecond: 110, clients: 5, arrivals: 'even'}} as const;
const {'region-down': regionDown, 'one-slow-of-three': oneSlow, 'rank-brownout': rankBrownout} = named;

/** The named scenario, shortened to 10 s and 1,100 calls at equal distances, by which seeds differ least; its first endpoint has these faults. */
const shortened = (scenario: ScenarioInput, ...faults: readonly FaultInput[]): ScenarioInput => ({
  ...scenario,
  ...CALLS,
  endpoints: scenario.endpoints!.map((endpoint, index) =>
    index > 0 || faults.length === 0 ? endpoint : {...endpoint, service: {...endpoint.service!, faults}},
  ),
});

/** With random latencies, two seeds of an overload differ more than the bounds. */
const steadily = ({service, endpoints, ...scenario}: ScenarioInput): ScenarioInput => ({
  ...scenario,
  service: {...service, latencyMs: FIXED},
  endpoints: endpoints!.map(endpoint => ({
    ...endpoint,
    service: endpoint.service && {...endpoint.service, latencyMs: FIXED},
  })),
});
const FIXED = {ms: 100} as const;

const endpointsOf = (...ranks: readonly (readonly [name: string, rank: number])[]): PolicyInput['endpoints'] =>
  ranks.map(([name, rank]) => ({name, rank, origin: `https://${name}.example`}));
const TWO: PolicyInput = {endpoints: endpointsOf(['eu', 1], ['us', 2]), breaker: {openMs: 1000}};

const THREE: PolicyInput = {endpoints: endpointsOf(['a', 1], ['b', 1], ['c', 1])};
/** A single client, which learns soonest. */
const ONE_SLOW: ScenarioInput = {...shortened(oneSlow!), traffic: {...CALLS.traffic, clients: 1}};
const [WEIGHTED, BY_LATENCY] = ['one-slow-of-three, by weight', 'one-slow-of-three, by latency'];

const CASES: readonly {readonly name: string; readonly policy: PolicyInput; readonly scenario: ScenarioInput}[] = [
  {
    name: 'region-down',
    policy: {...TWO, attemptTimeoutMs: 1000},
    scenario: shortened(
      regionDown!,
      {kind: 'hang', fromMs: 2000, toMs: 4000},
      {kind: 'refused', fromMs: 4000, toMs: 7000},
    ),
  },
  {name: WEIGHTED, policy: THREE, scenario: ONE_SLOW},
  {name: BY_LATENCY, policy: {...THREE, failover: {balance: 'p2c-ewma'}}, scenario: ONE_SLOW},
  {
    name: 'rank-brownout',
    policy: {...TWO, breaker: null},
    scenario: steadily(shortened(rankBrownout!, {kind: 'slow', factor: 5, fromMs: 2000, toMs: 7000})),
  },
];

/** What two runs differ by, or what may part them. */
interface Apart {
  readonly success: number;
  readonly requestsPerCall: number;
  /** Of the endpoint whose share of the requests differs most. */
  readonly share: number;
  /** Of the calls that succeeded, as a ratio, beyond how late the processes were. */
  readonly p99: number;
}

const MOST_APART: Apart = {success: 0.02, requestsPerCall: 0.06, share: 0.06, p99: 0.2};
const METRICS = ['success', 'requestsPerCall', 'share', 'p99'] as const satisfies readonly (keyof Apart)[];
const MOST_SEEDS = 4;
/** A breaker opens, and a queue is full, at a threshold: a pause that shifts such a moment changes what follows. */
const TOLERATED_MS = 200;

describe('a scenario with endpoints, simulated and on real servers', function () {
  this.retries(1);
  /** Of real servers, by case. */
  const p99Ms = new Map<string, number>();
  for (const {name, policy, scenario: input} of CASES)
    it(`${name}: success, requests per call, the share of each endpoint and P99`, async function () {
      for (const share of [1, 0.5]) {
        const {apart, realP99Ms, lateMs} = await compare(policy, withLoad(readScenario(input), share));
        if (lateMs > TOLERATED_MS) {
          console.log(`  late: ${name} at ${100 * share} % of its load, by ${Math.round(lateMs)} ms`);
          continue;
        }
        p99Ms.set(name, realP99Ms);
        for (const metric of METRICS) expect(apart[metric], metric).to.be.at.most(MOST_APART[metric]);
        return;
      }
      console.log(`  skipped: ${name}: the machine is too busy to measure anything but itself`);
      this.skip();
    });

  it('the real P99 of balancing by latency is a third of that by weight, or less', function () {
    const [weighted, byLatency] = [p99Ms.get(WEIGHTED), p99Ms.get(BY_LATENCY)];
    if (weighted === undefined || byLatency === undefined) this.skip();
    expect(weighted / byLatency, `${weighted} ms / ${byLatency} ms`).to.be.at.least(3);
  });
});

/** Ends with the first seed after which the means agree, and where the machine was too late. */
async function compare(
  policy: PolicyInput,
  scenario: Scenario,
): Promise<{apart: Apart; realP99Ms: number; lateMs: number}> {
  const sums = {real: new Means(scenario), simulated: new Means(scenario)};
  let lateSum = 0;
  for (let seeds = 1; ; seeds++) {
    const seeded = {...scenario, seed: scenario.seed + seeds - 1};
    const simulated = await runScenario(policy, seeded, {});
    const {real, urls, lateMs} = await runReal(policy, seeded);
    expect(real.calls, 'the same calls').to.equal(simulated.calls).and.to.be.at.least(500);
    sums.simulated.add({
      ...simulated,
      p99Ms: simulated.latencyMs.successful.p99,
      requestsAt: simulated.endpoints.map(({requests}) => requests),
    });
    sums.real.add({...real, requestsAt: urls.map(url => real.requestsAt.get(url) ?? 0)});
    lateSum += lateMs;
    const apart = sums.real.apartFrom(sums.simulated, lateSum);
    if (lateMs > TOLERATED_MS || seeds === MOST_SEEDS || METRICS.every(metric => apart[metric] <= MOST_APART[metric]))
      return {apart, realP99Ms: sums.real.p99Ms, lateMs};
  }
}

interface Numbers {
  readonly successRatio: number;
  readonly requestsPerCall: number;
  readonly p99Ms: number;
  /** Of each endpoint. */
  readonly requestsAt: readonly number[];
}

/** The sums over all seeds. */
class Means {
  #seeds = 0;
  #success = 0;
  #requestsPerCall = 0;
  #p99Ms = 0;
  readonly #shares: number[];

  constructor({endpoints}: Scenario) {
    this.#shares = endpoints.map(() => 0);
  }

  add({successRatio, requestsPerCall, p99Ms, requestsAt}: Numbers): void {
    this.#seeds++;
    this.#success += successRatio;
    this.#requestsPerCall += requestsPerCall;
    this.#p99Ms += p99Ms;
    const all = requestsAt.reduce((sum, requests) => sum + requests, 0);
    for (const [index, requests] of requestsAt.entries()) this.#shares[index]! += requests / all;
  }

  get p99Ms(): number {
    return this.#p99Ms / this.#seeds;
  }

  /** @param lateMs How late the processes of this one were, summed up. */
  apartFrom(other: Means, lateMs: number): Apart {
    const mean = (difference: number): number => Math.abs(difference) / this.#seeds;
    return {
      success: mean(this.#success - other.#success),
      requestsPerCall: mean(this.#requestsPerCall - other.#requestsPerCall),
      share: mean(Math.max(...this.#shares.map((share, index) => Math.abs(share - other.#shares[index]!)))),
      p99: Math.max(0, Math.abs(this.#p99Ms - other.#p99Ms) - lateMs) / other.#p99Ms,
    };
  }
}

function withLoad(scenario: Scenario, share: number): Scenario {
  const {traffic} = scenario;
  return {...scenario, traffic: {...traffic, perSecond: traffic.perSecond * share}};
}
