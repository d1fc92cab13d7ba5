/** Latency, success and load of a call, against 60,000 calls with the client's own waits. */

import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {latencyCdf, normalCdf} from '../../src/math/attempt-latency.ts';
import {predictCall, waitsOf} from '../../src/math/call-latency.ts';
import {isNear, mean, type Simulated, simulate} from './simulated.ts';

const CALLS = 60_000;

const backoff = {
  kind: 'exponential',
  baseMs: 25,
  throttledBaseMs: 1000,
  factor: 2,
  capMs: 20_000,
  jitter: 'full',
} as const;

/** Answers are lognormal with a median of 180 ms and a sigma of 0.5. */
const predict: Simulated = {
  attempts: 3,
  attemptTimeoutMs: 600,
  deadlineMs: 800,
  backoff,
  throttled: false,
  failureRatio: 0.05,
  failureMs: 0,
  hangRatio: 0.01,
  medianMs: 180,
  sigma: 0.5,
};
const quantiles = {p50: 180, p95: 180 * Math.exp(0.5 * 1.6448536), p99: 180 * Math.exp(0.5 * 2.3263479)};

const modelOf = (call: Simulated) => ({
  ...call,
  failures: [{ratio: call.failureRatio, afterMs: call.failureMs, isRetried: true}],
  latency: latencyCdf(quantiles)!,
  retriesTimeouts: true,
  budget: null,
});

const prediction = (call: Simulated) => predictCall(modelOf(call));

describe('the latency of a call', () => {
  it('knows the share of calls that succeed by their first attempt, before it is hedged or the deadline passes', () => {
    const safe = {...predict, failureRatio: 0, hangRatio: 0, deadlineMs: 600};
    const firstTry = (change: Partial<Simulated>): number => prediction({...safe, ...change}).firstTryRatio;
    const within600 = normalCdf(Math.log(600 / 180) / 0.5);
    expect(firstTry({hedgeMs: 180})).to.be.closeTo(0.5, 1e-3);
    expect(firstTry({})).to.be.closeTo(within600, 1e-3);
    expect(firstTry({hedgeMs: 180, deadlineMs: 90})).to.be.closeTo(normalCdf(Math.log(0.5) / 0.5), 1e-3);
    expect(firstTry({hedgeMs: 180, failureRatio: 0.4})).to.be.closeTo(0.3, 1e-3);
  });

  for (const [name, change] of [
    ['three attempts inside 800 ms', {}],
    ['failures that take 20 ms', {failureMs: 20, failureRatio: 0.33}],
    ['failures that take half of the deadline', {failureMs: 400, failureRatio: 0.33}],
    ['failures that take longer than the attempt timeout', {failureMs: 900, failureRatio: 0.33, deadlineMs: 2000}],
    ['a hedge after 300 ms', {hedgeMs: 300, deadlineMs: 1500}],
    ['a hedge that the deadline may leave no time for', {hedgeMs: 500, failureRatio: 0.2}],
    [
      'a hedge after failures that are as slow as answers',
      {hedgeMs: 250, failureMs: 280, failureRatio: 0.3, deadlineMs: 2500},
    ],
    ['hedges that take the attempts of retries', {hedgeMs: 150, attempts: 4, failureRatio: 0.3, deadlineMs: 3000}],
    ['no deadline', {deadlineMs: Number.POSITIVE_INFINITY}],
    ['no attempt timeout', {attemptTimeoutMs: Number.POSITIVE_INFINITY, hangRatio: 0}],
    [
      'a third fails, equal jitter',
      {failureRatio: 0.33, deadlineMs: 2000, backoff: {...backoff, baseMs: 100, jitter: 'equal'}},
    ],
    [
      'a third fails, no jitter',
      {failureRatio: 0.33, deadlineMs: 1500, backoff: {...backoff, baseMs: 100, jitter: 'none'}},
    ],
    [
      'a third fails, decorrelated jitter',
      {
        failureRatio: 0.33,
        attempts: 5,
        deadlineMs: 3000,
        backoff: {...backoff, baseMs: 60, capMs: 700, jitter: 'decorrelated'},
      },
    ],
    [
      'throttled, a timeout that is too tight',
      {throttled: true, attemptTimeoutMs: 250, deadlineMs: 4000, failureRatio: 0.1},
    ],
    [
      'twenty attempts, whose last waits are a thousand times as long as the first',
      {attempts: 20, attemptTimeoutMs: 250, failureRatio: 0.2, failureMs: 5, deadlineMs: 3_600_000},
    ],
    [
      'a list of waits',
      {
        deadlineMs: 2500,
        failureRatio: 0.2,
        backoff: {kind: 'list', delaysMs: [0, 300], throttledBaseMs: 0, jitter: 'full'},
      },
    ],
  ] satisfies [string, Partial<Simulated>][]) {
    it(`${name}: quantiles, success and load to one part in a hundred`, () => {
      const call: Simulated = {...predict, ...change};
      const random = seededRandom(20_261_124);
      const endings = Array.from({length: CALLS}, () => simulate(call, random));
      const sorted = endings.map(({ms}) => ms).sort((a, b) => a - b);
      const predicted = prediction(call);
      if (call.hedgeMs !== undefined) expect(predicted.meanHedges).to.be.above(0.02);
      expect(isNear(predicted.meanAttempts, mean(endings.map(({attempts}) => attempts))), 'load').to.equal(true);
      const succeeded = endings.filter(({ms}) => ms !== Number.POSITIVE_INFINITY).length / CALLS;
      expect(isNear(predicted.successRatio, succeeded), 'success').to.equal(true);
      for (const share of [0.1, 0.5, 0.9, 0.95, 0.98]) {
        const simulated = sorted[Math.floor(share * CALLS)]!;
        const ms = predicted.quantile(share);
        // A quantile that lies where hardly any call ends is blurred by chance: the share is what has to agree there.
        expect(
          isNear(ms, simulated) || Math.abs(predicted.cdf(simulated) - share) < 0.002,
          `${share}: ${ms}, ${simulated}`,
        ).to.equal(true);
      }
    });
  }

  it('is the same on a grid of 128 waits as on one of 2,000, to a tenth of a percent of the calls', () => {
    for (const jitter of ['full', 'equal', 'decorrelated'] as const) {
      const call: Simulated = {
        ...predict,
        attempts: 5,
        attemptTimeoutMs: 60,
        medianMs: 20,
        failureRatio: 0.2,
        deadlineMs: 3_600_000,
        backoff: {...backoff, baseMs: 100, jitter},
      };
      const model = {...modelOf(call), latency: latencyCdf({p50: 20, p95: 45})!};
      const [coarse, fine] = [128, 2000].map(cells => predictCall(model, waitsOf(model, cells)));
      for (let ms = 20; ms < 20_000; ms *= 1.1)
        expect(coarse!.cdf(ms), `${jitter}, ${ms} ms`).to.be.closeTo(fine!.cdf(ms), 0.001);
    }
  });

  it('a share that never succeeds has no latency', () => {
    expect(prediction({...predict, failureRatio: 0.9}).quantile(0.95)).to.equal(Number.POSITIVE_INFINITY);
  });

  it('retries without a wait, and with one of an age, are counted', () => {
    const constant = (delayMs: number) => ({kind: 'constant', delayMs, throttledBaseMs: 0, jitter: 'none'}) as const;
    const call = {...predict, failureRatio: 0.5, hangRatio: 0, deadlineMs: 5000};
    expect(prediction({...call, backoff: constant(0)}).meanAttempts).to.be.closeTo(1.75, 0.01);
    expect(prediction({...call, backoff: constant(Number.MAX_SAFE_INTEGER)}).meanAttempts).to.equal(1);
  });

  it('a failure after 0 ms is not retried where the deadline leaves less than 50 ms', () => {
    const none = {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'} as const;
    const call = {...predict, failureRatio: 1, hangRatio: 0, failureMs: 0, backoff: none};
    expect(prediction({...call, deadlineMs: 49}).meanAttempts).to.equal(1);
    expect(prediction({...call, deadlineMs: 50}).meanAttempts).to.equal(3);
  });

  it('failures of several kinds each take their own time', () => {
    const model = {
      ...predict,
      attempts: 2,
      deadlineMs: 1000,
      backoff: {kind: 'constant', delayMs: 100, throttledBaseMs: 0, jitter: 'none'} as const,
      hangRatio: 0,
      latency: (ms: number) => (ms >= 10 ? 1 : 0),
      retriesTimeouts: true,
      budget: null,
    };
    const {cdf, successRatio} = predictCall({
      ...model,
      failures: [
        {ratio: 0.2, afterMs: 30, isRetried: true},
        {ratio: 0.1, afterMs: 200, isRetried: true},
      ],
    });
    expect([9, 10, 139, 140, 309, 310].map(ms => Number(cdf(ms).toFixed(3)))).to.deep.equal([
      0, 0.7, 0.7, 0.84, 0.84, 0.91,
    ]);
    expect(successRatio).to.be.closeTo(0.91, 1e-9);
  });

  it('what is not retried is one attempt', () => {
    const {meanAttempts, successRatio} = predictCall({
      ...predict,
      failures: [{ratio: 0.05, afterMs: 0, isRetried: false}],
      latency: latencyCdf(quantiles)!,
      retriesTimeouts: false,
      budget: null,
    });
    expect(meanAttempts).to.equal(1);
    expect(successRatio).to.be.closeTo(0.94 * 0.992, 0.001);
  });
});

describe('the latency of an attempt', () => {
  it('passes through the quantiles, and is lognormal between them', () => {
    const cdf = latencyCdf(quantiles)!;
    for (const [ms, share] of [
      [0, 0],
      [180, 0.5],
      [quantiles.p95, 0.95],
      [quantiles.p99, 0.99],
      [180 * Math.exp(0.5), normalCdf(1)],
      [180 * Math.exp(-1), normalCdf(-2)],
      [Number.POSITIVE_INFINITY, 1],
    ] as const) {
      expect(cdf(ms)).to.be.closeTo(share, 1e-6);
    }
  });

  it('ends at its maximum', () => expect(latencyCdf({p50: 10, p99: 20, max: 25})!(25)).to.equal(1));

  it('is unknown from one quantile, or where quantiles fall', () => {
    for (const known of [
      undefined,
      {},
      {p50: 10},
      {p95: 10, max: 20},
      {p50: 10, p95: 10},
      {p50: 9, p95: 20, max: 10},
    ]) {
      expect(latencyCdf(known)).to.equal(undefined);
    }
  });

  it('Φ, to seven digits', () => {
    for (const [z, share] of [
      [0, 0.5],
      [1, 0.841344746],
      [-1.96, 0.024997895],
      [3, 0.998650102],
    ] as const) {
      expect(normalCdf(z)).to.be.closeTo(share, 1e-7);
    }
  });
});
