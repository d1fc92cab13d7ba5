/**
 * Breakers that open by chance, and limits that share a service.
 *
 * W. Feller, "An Introduction to Probability Theory and Its Applications", volume 1 (1968), XIII.7: success runs. D.-M. Chiu, R. Jain,
 * "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance in Computer Networks" (1989): additive increase and
 * multiplicative decrease converge to equal shares, whatever they start from.
 */
import {expect} from 'chai';
import type {Random} from '../../src/core/random.ts';
import type {Clock} from '../../src/core/timer.ts';
import {ConcurrencyLimit} from '../../src/guards/concurrency.ts';
import {LocalGuards} from '../../src/guards/guard-factory.ts';
import type {Concurrency, PolicyInput} from '../../src/policy/types.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {ServiceModel} from '../../src/simulate/service/model.ts';
import type {Exchange, Reply, Service, ServiceRequest} from '../../src/simulate/service/service.ts';
import {BARE, run} from './run.ts';

describe('a breaker that opens after failures in a row', () => {
  // A run of r failures takes (p^−r − 1) / (1 − p) attempts on average. The one probe fails with probability p, so a breaker opens
  // 1 / (1 − p) times before it closes, with as many probes: p^r openings for each attempt.
  for (const [failureRatio, failures, meanAttempts] of [
    [0.5, 5, 62],
    [0.3, 3, 51.5],
    [0.2, 3, 155],
  ] as const)
    it(`failures ${failureRatio}, ${failures} in a row: after ${meanAttempts} attempts on average`, async () => {
      expect((failureRatio ** -failures - 1) / (1 - failureRatio)).to.be.closeTo(meanAttempts, 0.1);
      const calls = 60_000;
      const scenario: ScenarioInput = {
        durationMs: calls * 10,
        traffic: {perSecond: 100, arrivals: 'even'},
        service: {latencyMs: {ms: 1}, faults: [{status: 503, ratio: failureRatio}]},
      };
      const breaker = {kind: 'consecutive', failures, openMs: 1, probes: 1} as const;
      const {opened} = (await run({...BARE, maxAttempts: 1, breaker}, scenario)).breaker;
      const expected = calls * failureRatio ** failures;
      // Openings come as at random, or in clusters of 1 / (1 − p).
      const deviation = Math.sqrt((expected * (1 + failureRatio) ** 2) / (1 - failureRatio));
      expect(opened).to.be.closeTo(expected, 4 * deviation);
    });
});

/** Counts what each of two clients gets answered. */
class Shares implements Service {
  readonly #model: ServiceModel;
  readonly #clock: Clock;
  readonly #fromMs: number;
  readonly answered: number[];

  constructor(model: ServiceModel, clock: Clock, fromMs: number, clients: number) {
    this.#model = model;
    this.#clock = clock;
    this.#fromMs = fromMs;
    this.answered = Array.from({length: clients}, () => 0);
  }

  arrive(request: ServiceRequest, client: number, reply: Reply): Exchange {
    return this.#model.arrive(request, client, {
      answer: answer => {
        if (answer.status === 200 && this.#clock.now() >= this.#fromMs) this.answered[client]!++;
        reply.answer(answer);
      },
      event: event => reply.event(event),
      broke: how => reply.broke(how),
    });
  }
}

describe('adaptive limits of clients that share a service with 100 places', () => {
  for (const starts of [
    [5, 95],
    [1, 1, 60, 90],
  ])
    it(`limits of ${starts.join(' and ')} at first come to equal shares`, async () => {
      const settings: ScenarioInput = {
        durationMs: 120_000,
        traffic: {perSecond: 1500, clients: starts.length},
        service: {latencyMs: {ms: 100}, shedding: {maxInFlight: 100, status: 429}},
      };
      const concurrency = {kind: 'adaptive', start: 20, min: 1, max: 256, decreaseRatio: 0.5, queue: 10} as const;
      const policy: PolicyInput = {...BARE, maxAttempts: 1, concurrency};
      let made = 0;
      const guards = (random: Random) =>
        new (class extends LocalGuards {
          override concurrency(given: Concurrency): ConcurrencyLimit {
            return new ConcurrencyLimit({
              ...given,
              ...(given.kind === 'adaptive' && {start: starts[made++]!}),
            } as Concurrency);
          }
        })(random);
      let shares: Shares | undefined;
      const service = (clock: Clock, random: Random): Service => {
        const model = new ServiceModel(readScenario(settings).service, clock, {
          latency: random,
          faults: random,
          outages: random,
        });
        shares = new Shares(model, clock, 40_000, starts.length);
        return shares;
      };
      await run(policy, settings, 1, {service, guards});
      const {answered} = shares!;
      const sum = answered.reduce((total, each) => total + each, 0);
      const squares = answered.reduce((total, each) => total + each ** 2, 0);
      // Jain's index: 1 where all are equal, 1/n where one has all.
      expect(sum ** 2 / (answered.length * squares)).to.be.above(0.97);
      // Between the limit and half of it, 0.75 on average; 1000 a second fit.
      expect(sum / 80 / 1000).to.be.within(0.6, 0.95);
    });
});
