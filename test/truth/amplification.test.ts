/**
 * How attempts multiply: layers that each retry (Google SRE book, chapter 22: 3 layers of 4 attempts are 64; AWS Builders' Library, "Timeouts,
 * retries and backoff with jitter": 5 layers of 3 are 243), and fan-out (J. Dean, L. Barroso, "The Tail at Scale", 2013).
 */
import {expect} from 'chai';
import type {Random} from '../../src/core/random.ts';
import type {Clock} from '../../src/core/timer.ts';
import {meanAmplification, worstAmplification} from '../../src/math/amplification.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {ServiceModel} from '../../src/simulate/service/model.ts';
import type {Exchange, Reply, Service, ServiceRequest} from '../../src/simulate/service/service.ts';
import {BARE, run} from './run.ts';

const layered = (attempts: number, layers: number, ratio: number, perSecond: number): [PolicyInput, ScenarioInput] => {
  const policy: PolicyInput = {...BARE, maxAttempts: attempts};
  const scenario: ScenarioInput = {
    durationMs: 100_000,
    traffic: {perSecond, arrivals: 'even'},
    layers: Array.from({length: layers - 1}, () => ({policy})),
    service: {latencyMs: {ms: 1}, faults: [{status: 503, ratio}]},
  };
  return [policy, scenario];
};

describe('layers that each retry', () => {
  for (const [layers, attempts, load] of [
    [3, 3, 27],
    [3, 4, 64],
    [5, 3, 243],
  ] as const)
    it(`${layers} layers of ${attempts} attempts, all fail: load ${load}`, async () => {
      const result = await run(...layered(attempts, layers, 1, 1));
      expect(result.requestsPerCall).to.equal(load);
      expect(worstAmplification(Array.from({length: layers}, () => attempts))).to.equal(load);
    });

  for (const [failureRatio, load] of [
    [0.1, 1.111],
    [0.5, 2],
    [0.9, 9.42],
  ] as const)
    it(`3 layers of 3 attempts, failures ${failureRatio}: load ${load}, as the closed form says`, async () => {
      const result = await run(...layered(3, 3, failureRatio, 500));
      expect(result.requestsPerCall / load).to.be.closeTo(1, 0.01);
      expect(result.requestsPerCall / meanAmplification([3, 3, 3], failureRatio)).to.be.closeTo(1, 0.01);
    });
});

/** Answers a call when its slowest request is answered: the service of a fan-out. */
class FanOut implements Service {
  readonly #leaf: ServiceModel;
  readonly #requests: number;

  constructor(leaf: ServiceModel, requests: number) {
    this.#leaf = leaf;
    this.#requests = requests;
  }

  arrive(request: ServiceRequest, client: number, reply: Reply): Exchange {
    let left = this.#requests;
    const each: Reply = {
      answer(answer) {
        left--;
        if (left === 0) reply.answer(answer);
      },
      event() {},
      broke() {},
    };
    for (let number = 0; number < this.#requests; number++) this.#leaf.arrive(request, client, each);
    return {leave() {}};
  }
}

describe('fan-out', () => {
  for (const [requests, slowRatio, share] of [
    [100, 0.01, 0.634],
    [2000, 0.0001, 0.181],
  ] as const)
    it(`${requests} requests, of which ${slowRatio} are slow: ${share} of the calls wait for a slow one`, async () => {
      const calls = 1000;
      const points = [
        {quantile: 1 - slowRatio, ms: 1},
        {quantile: 1 - slowRatio + 1e-9, ms: 1000},
      ];
      const scenario: ScenarioInput = {
        durationMs: calls * 100 + 1,
        traffic: {perSecond: 10, arrivals: 'even'},
        service: {latencyMs: {kind: 'quantiles', points}},
      };
      const service = (clock: Clock, random: Random): Service => {
        const leaf = readScenario(scenario).service;
        return new FanOut(new ServiceModel(leaf, clock, {latency: random, faults: random, outages: random}), requests);
      };
      const result = await run({...BARE, maxAttempts: 1, attemptTimeoutMs: 500}, scenario, 1, {service});
      expect(result.calls).to.equal(calls);
      expect(1 - result.successRatio).to.be.closeTo(share, 4 * Math.sqrt((share * (1 - share)) / calls));
    });
});
