/**
 * Queues of a known law, against the capacity of the modelled service.
 *
 * L. Kleinrock, "Queueing Systems", volume 1 (1975): M/M/1 (3.2), M/M/m with Erlang's C formula (3.5), M/M/1/K (3.6), M/M/m/m with Erlang's B
 * formula (3.7), and the mean of M/G/1 by Pollaczek and Khinchin (5.6). M/D/1: A. K. Erlang (1909). A queue that customers leave after a
 * fixed time: D. Y. Barrer, "Queuing with Impatient Customers and Ordered Service" (1957). What an arrival finds is what there is on average:
 * R. W. Wolff, "Poisson Arrivals See Time Averages" (1982).
 */
import {expect} from 'chai';
import type {Random} from '../../src/core/random.ts';
import type {Clock} from '../../src/core/timer.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import type {ScenarioServiceInput} from '../../src/simulate/scenario/types.ts';
import {ServiceModel} from '../../src/simulate/service/model.ts';
import type {Exchange, Reply, Service, ServiceRequest} from '../../src/simulate/service/service.ts';
import {estimates, expectNear} from './estimate.ts';
import {BARE, run} from './run.ts';

/** The mean time of a worker for a request. */
const MEAN_MS = 100;
const EXPONENTIAL = {kind: 'exponential', meanMs: MEAN_MS} as const;
const FIXED = {ms: MEAN_MS} as const;
/** Sigma 1: the squared coefficient of variation is e − 1. */
const LOGNORMAL = {kind: 'lognormal', medianMs: MEAN_MS * Math.exp(-0.5), sigma: 1} as const;

/** Percentiles come from a histogram with buckets of 1 %. */
const HISTOGRAM = 0.005;
const RUNS = 10;

/** Sees what each request finds in the service. */
class Observed implements Service {
  readonly #model: ServiceModel;
  readonly #workers: number;
  arrivals = 0;
  /** Requests in the service, over all arrivals. */
  found = 0;
  /** Arrivals that found no free worker. */
  busy = 0;

  constructor(model: ServiceModel, workers: number) {
    this.#model = model;
    this.#workers = workers;
  }

  arrive(request: ServiceRequest, client: number, reply: Reply): Exchange {
    const {inFlight} = this.#model;
    this.arrivals++;
    this.found += inFlight;
    if (inFlight >= this.#workers) this.busy++;
    return this.#model.arrive(request, client, reply);
  }
}

interface Queue {
  /** Work that arrives, in workers. */
  readonly offered: number;
  readonly latencyMs: ScenarioServiceInput['latencyMs'];
  readonly capacity: NonNullable<ScenarioServiceInput['capacity']>;
  /** Calls of each run. */
  readonly calls: number;
  readonly policy?: PolicyInput;
}

function observe({offered, latencyMs, capacity, calls, policy = {}}: Queue) {
  const perSecond = (offered * 1000) / MEAN_MS;
  const scenario = {
    durationMs: Math.round((calls / perSecond) * 1000),
    traffic: {perSecond},
    service: {latencyMs, capacity},
  };
  return estimates(RUNS, async seed => {
    let observed: Observed | undefined;
    const service = (clock: Clock, random: Random): Service => {
      const model = new ServiceModel(readScenario(scenario).service, clock, {
        latency: random,
        faults: random,
        outages: random,
      });
      observed = new Observed(model, capacity.workers);
      return observed;
    };
    const {
      successRatio,
      latencyMs: {
        all: {p50, p95, p99},
      },
    } = await run({...BARE, maxAttempts: 1, ...policy}, scenario, seed, {service});
    const {arrivals, found, busy} = observed!;
    return {successRatio, refused: 1 - successRatio, p50, p95, p99, found: found / arrivals, busy: busy / arrivals};
  });
}

/** Erlang's B formula: the share of requests that find all workers busy, if none waits. */
function erlangB(workers: number, offered: number): number {
  let share = 1;
  for (let count = 1; count <= workers; count++) share = (offered * share) / (count + offered * share);
  return share;
}

/** Erlang's C formula: the share of requests that wait, if all do. */
function erlangC(workers: number, offered: number): number {
  const lost = erlangB(workers, offered);
  return (workers * lost) / (workers - offered * (1 - lost));
}

/** The value at which a decreasing function falls to a share. */
function inverse(tail: (value: number) => number, share: number): number {
  let [low, high] = [0, 30 * MEAN_MS];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (tail(middle) > share) low = middle;
    else high = middle;
  }
  return high;
}

describe('one worker, exponential times (M/M/1): the time in the service is exponential', () => {
  for (const [offered, calls] of [
    [0.5, 10_000],
    [0.8, 20_000],
  ] as const)
    it(`a load of ${offered}: ${Math.round(offered / (1 - offered))} requests in the service, P95 ${Math.round((MEAN_MS * Math.log(20)) / (1 - offered))} ms`, async () => {
      const found = await observe({offered, latencyMs: EXPONENTIAL, capacity: {workers: 1}, calls});
      const meanMs = MEAN_MS / (1 - offered);
      expectNear(found.busy, offered);
      expectNear(found.found, offered / (1 - offered), 0, 0.05);
      expectNear(found.p50, meanMs * Math.log(2), HISTOGRAM, 0.05);
      expectNear(found.p95, meanMs * Math.log(20), HISTOGRAM, 0.05);
      expectNear(found.p99, meanMs * Math.log(100), HISTOGRAM, 0.05);
    });
});

describe("several workers, exponential times (M/M/m): the share that waits is Erlang's C", () => {
  for (const [workers, offered, waits] of [
    [2, 1.6, 0.7111],
    [10, 8, 0.4092],
    [20, 16, 0.2561],
  ] as const)
    it(`${workers} workers, ${offered} of them needed: ${waits} wait`, async () => {
      expect(erlangC(workers, offered)).to.be.closeTo(waits, 0.0001);
      const found = await observe({offered, latencyMs: EXPONENTIAL, capacity: {workers}, calls: 20_000});
      expectNear(found.busy, waits, 0, 0.05);
      // A time of a worker, and for those that wait an exponential time at the rate at which the workers get ahead.
      const slack = workers - 1 - offered;
      const tail = (ms: number): number => {
        const times = ms / MEAN_MS;
        return Math.exp(-times) * (1 + (erlangC(workers, offered) * (1 - Math.exp(-times * slack))) / slack);
      };
      expectNear(found.p95, inverse(tail, 0.05), HISTOGRAM, 0.05);
      expectNear(found.p99, inverse(tail, 0.01), HISTOGRAM, 0.05);
    });
});

describe('one worker, equal times (M/D/1)', () => {
  it('a load of 0.8: waits by the formula of Erlang', async () => {
    const offered = 0.8;
    const waitsLonger = (ms: number): number => {
      let sum = 0;
      let power = 1;
      for (let count = 0; count <= ms / MEAN_MS; count++) {
        const work = offered * (count - ms / MEAN_MS);
        power = 1;
        for (let factor = 1; factor <= count; factor++) power *= work / factor;
        sum += power * Math.exp(-work);
      }
      return 1 - (1 - offered) * sum;
    };
    const found = await observe({offered, latencyMs: FIXED, capacity: {workers: 1}, calls: 20_000});
    expectNear(found.busy, offered);
    expectNear(found.p95, MEAN_MS + inverse(waitsLonger, 0.05), HISTOGRAM, 0.05);
    expectNear(found.p99, MEAN_MS + inverse(waitsLonger, 0.01), HISTOGRAM, 0.05);
  });
});

describe('one worker, any times (M/G/1): the mean of Pollaczek and Khinchin', () => {
  for (const [name, latencyMs, variation] of [
    ['equal', FIXED, 0],
    ['lognormal', LOGNORMAL, Math.E - 1],
  ] as const)
    it(`${name} times, a load of 0.7`, async () => {
      const offered = 0.7;
      const found = await observe({offered, latencyMs, capacity: {workers: 1}, calls: 10_000});
      expectNear(found.found, offered + (offered ** 2 * (1 + variation)) / (2 * (1 - offered)), 0, 0.05);
    });
});

describe('one worker and a queue of four (M/M/1/5): the share that is refused', () => {
  for (const [offered, refused] of [
    [0.8, 0.0888],
    [1, 0.1667],
    [2, 0.5079],
  ] as const)
    it(`a load of ${offered}: ${refused}`, async () => {
      const found = await observe({offered, latencyMs: EXPONENTIAL, capacity: {workers: 1, queue: 4}, calls: 10_000});
      expectNear(found.refused, refused);
    });
});

describe("workers without a queue (M/G/m/m): the share that is refused is Erlang's B, whatever the law of the times", () => {
  for (const [name, latencyMs] of [
    ['exponential', EXPONENTIAL],
    ['equal', FIXED],
    ['lognormal', LOGNORMAL],
  ] as const)
    it(`10 workers, 8 of them needed, ${name} times: 0.1217`, async () => {
      expect(erlangB(10, 8)).to.be.closeTo(0.1217, 0.0001);
      const found = await observe({offered: 8, latencyMs, capacity: {workers: 10, queue: 0}, calls: 10_000});
      expectNear(found.refused, erlangB(10, 8));
    });
});

describe('clients that wait for a fixed time, one worker, exponential times', () => {
  // A load above 1 has a limit too, because the queue loses those who leave.
  for (const [offered, patience, lost] of [
    [0.8, 2, 0.289],
    [1.2, 3, 0.307],
  ] as const)
    it(`a load of ${offered}, a timeout of ${patience} mean times, dropped work: ${lost} give up`, async () => {
      const left = Math.exp(-(1 - offered) * patience);
      expect(((1 - offered) * left) / (1 - offered * left)).to.be.closeTo(lost, 0.0005);
      const capacity = {workers: 1, stopsAbandoned: true};
      const policy = {attemptTimeoutMs: patience * MEAN_MS};
      const found = await observe({offered, latencyMs: EXPONENTIAL, capacity, calls: 10_000, policy});
      expectNear(found.refused, ((1 - offered) * left) / (1 - offered * left));
    });

  it('a load of 0.8, a timeout of 5 mean times, work that goes on: as many give up as in M/M/1 take longer, 0.368', async () => {
    const policy = {attemptTimeoutMs: 5 * MEAN_MS};
    const found = await observe({offered: 0.8, latencyMs: EXPONENTIAL, capacity: {workers: 1}, calls: 10_000, policy});
    expectNear(found.refused, Math.exp(-1), 0, 0.05);
  });
});
