/**
 * Services with too much load, against the worked examples of their sources.
 *
 * Google SRE book (2016), chapter 21, "Handling Overload": client-side throttling, and retries below a tenth of the requests. Chapter 22,
 * "Addressing Cascading Failures": retries of an overloaded backend, and threads that requests without an answer hold. N. Bronson et al.,
 * "Metastable Failures in Distributed Systems" (HotOS 2021), section 2.1: retries of a web application that calls a database.
 */
import {expect} from 'chai';
import type {Random} from '../../src/core/random.ts';
import {type Ticket, UNGUARDED} from '../../src/guards/breaker.ts';
import {Breaker} from '../../src/guards/fixed/breaker.ts';
import {LocalGuards} from '../../src/guards/guard-factory.ts';
import {SlidingWindow} from '../../src/guards/sliding-window.ts';
import type {Health} from '../../src/guards/trip.ts';
import {defaultsByKind} from '../../src/policy/defaults.ts';
import type {Breaker as BreakerPolicy, PolicyInput, RatioBreaker} from '../../src/policy/types.ts';
import type {Interval} from '../../src/simulate/result.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {BARE, run} from './run.ts';

describe('a backend that takes 10,000 requests a second, called 10,100 times a second, with a retry after a second', () => {
  it('gets 100 requests more in each second: 10,100, 10,200, 10,300', async () => {
    const policy: PolicyInput = {
      ...BARE,
      maxAttempts: 10,
      backoff: {kind: 'constant', delayMs: 1000, jitter: 'none'},
    };
    const scenario: ScenarioInput = {
      durationMs: 12_000,
      traffic: {perSecond: 10_100, arrivals: 'even'},
      service: {latencyMs: {ms: 1}, quotas: [{max: 10_000, perMs: 1000, kind: 'window', hints: 'none', status: 503}]},
    };
    const {timeline} = await run(policy, scenario);
    const perSecond = Array.from({length: 9}, (_, second) =>
      timeline.slice(second * 10, second * 10 + 10).reduce((sum, {requests}) => sum + requests, 0),
    );
    for (const [second, requests] of perSecond.entries())
      expect(requests, `second ${second}`).to.be.closeTo(10_100 + 100 * second, 3);
  });
});

describe('threads that wait for answers that never come', () => {
  it('1,000 threads, 1,000 requests a second of 100 ms, of which 5 % hang for 100 s: 80.4 % are refused', async () => {
    const points = [
      {quantile: 0.95, ms: 100},
      {quantile: 0.95 + 1e-9, ms: 100_000},
    ];
    const scenario: ScenarioInput = {
      durationMs: 200_000,
      traffic: {perSecond: 1000},
      service: {latencyMs: {kind: 'quantiles', points}, capacity: {workers: 1000, queue: 0}},
    };
    const {timeline} = await run({...BARE, maxAttempts: 1}, scenario);
    // All threads are free at first, so the first of the two deadlines does not count.
    const later = timeline.filter(({atMs}) => atMs >= 100_000);
    const sum = (of: (interval: Interval) => number): number => later.reduce((total, each) => total + of(each), 0);
    expect(1 - sum(({succeeded}) => succeeded) / sum(({calls}) => calls)).to.be.closeTo(0.804, 0.01);
  });
});

/** Rejects a request before it is sent, with probability (requests − K · accepts) / (requests + 1) of the last two minutes. */
class AdaptiveThrottling extends Breaker {
  readonly #window = new SlidingWindow(120_000);
  readonly #multiplier: number;
  readonly #chance: Random;

  constructor(guarded: string, random: Random, multiplier: number) {
    super(defaultsByKind.breaker!.ratio as RatioBreaker, guarded, random);
    this.#multiplier = multiplier;
    this.#chance = random;
  }

  override refuses(): boolean {
    return false;
  }

  override admit(now: number): Ticket | null {
    this.#window.advance(now);
    const {all: requests, marked: accepts} = this.#window;
    this.#window.addAll(now);
    return this.#chance() < (requests - this.#multiplier * accepts) / (requests + 1) ? null : UNGUARDED;
  }

  override record(_ticket: Ticket, health: Health, now: number): void {
    if (health === 'success') this.#window.addMarked(now);
  }
}

describe('client-side throttling of a backend that accepts 20 requests a second, called 200 times a second', () => {
  // The backend gets K requests for each that it accepts.
  for (const [multiplier, rejected] of [
    [2, 1],
    [1.1, 0.1],
  ] as const)
    it(`K = ${multiplier}: ${rejected} rejected for each that is accepted`, async () => {
      const scenario: ScenarioInput = {
        durationMs: 600_000,
        traffic: {perSecond: 200},
        service: {latencyMs: {ms: 1}, quotas: [{max: 20, perMs: 1000, kind: 'window', hints: 'none', status: 503}]},
      };
      const guards = (random: Random) =>
        new (class extends LocalGuards {
          override breaker(_settings: BreakerPolicy, guarded: string): Breaker {
            return new AdaptiveThrottling(guarded, random, multiplier);
          }
        })(random);
      const {timeline} = await run({...BARE, maxAttempts: 1, breaker: {}}, scenario, 1, {guards});
      const later = timeline.filter(({atMs}) => atMs >= 240_000);
      const sum = (of: (interval: Interval) => number): number => later.reduce((total, each) => total + of(each), 0);
      const accepted = sum(({succeeded}) => succeeded);
      expect(sum(({requests}) => requests) / accepted - 1).to.be.closeTo(rejected, 0.02);
    });
});

describe('a backend that refuses everything, and three attempts a call', () => {
  const scenario: ScenarioInput = {
    durationMs: 100_000,
    traffic: {perSecond: 500},
    service: {latencyMs: {ms: 1}, faults: [{status: 503}]},
  };
  const policy: PolicyInput = {...BARE, maxAttempts: 3};

  it('gets three times the requests', async () => {
    expect((await run(policy, scenario)).requestsPerCall).to.equal(3);
  });

  it('gets 1.1 times the requests where retries stay below a tenth of them', async () => {
    const budget = {kind: 'ratio', ratio: 0.1, windowMs: 10_000, minPerSecond: 0} as const;
    expect((await run({...policy, budget}, scenario)).requestsPerCall).to.be.closeTo(1.1, 0.001);
  });
});

/** 300 queries a second of 100 ms; an answer later than 1 s is of no use. After 60 s, the queries of 10 s arrive within one. */
describe('a database for 300 queries a second, with one retry after 1 s, and the packets of 10 s at once', () => {
  const RETRYING: PolicyInput = {...BARE, maxAttempts: 2, attemptTimeoutMs: 1000};

  async function goodputAfter(perSecond: number, policy: PolicyInput): Promise<number> {
    const scenario: ScenarioInput = {
      durationMs: 360_000,
      traffic: {perSecond, phases: [{fromMs: 60_000, toMs: 61_000, perSecond: 10 * perSecond}]},
      service: {latencyMs: {ms: 100}, capacity: {workers: 30}},
    };
    const last = (await run(policy, scenario)).timeline.filter(({atMs}) => atMs >= 300_000);
    const sum = (of: (interval: Interval) => number): number => last.reduce((total, each) => total + of(each), 0);
    return sum(({succeeded}) => succeeded) / sum(({calls}) => calls);
  }

  for (const [perSecond, state, goodput] of [
    [280, 'all queries time out for good', 0],
    [140, 'it recovers: below 150 twice the queries are less than 300', 1],
  ] as const)
    it(`${perSecond} calls a second: ${state}`, async () => {
      expect(await goodputAfter(perSecond, RETRYING)).to.equal(goodput);
    });

  for (const [retries, goodput] of [
    [0.2, 0],
    [0.02, 1],
  ] as const)
    it(`280 calls a second, and ${280 * retries} retries a second: ${goodput === 1 ? 'it recovers, because 280 and less than 20 fit' : 'all queries time out for good'}`, async () => {
      const budget = {kind: 'ratio', ratio: retries, windowMs: 10_000, minPerSecond: 0} as const;
      expect(await goodputAfter(280, {...RETRYING, budget})).to.equal(goodput);
    });
});
