/** The latency of any call: random settings, services and hedges, against 60,000 calls each. */

import {expect} from 'chai';
import fc from 'fast-check';
import {seededRandom} from '../../src/core/random.ts';
import {normalCdf} from '../../src/math/attempt-latency.ts';
import {predictCall} from '../../src/math/call-latency.ts';
import {runs} from '../support/runs.ts';
import {isNear, mean, type Simulated, simulate} from './simulated.ts';

/** One part in a hundred is five standard errors. */
const CALLS = 60_000;

const models: fc.Arbitrary<Simulated & {readonly seed: number}> = fc
  .record({
    attempts: fc.integer({min: 1, max: 5}),
    attemptTimeoutMs: fc.integer({min: 150, max: 1500}),
    deadlineMs: fc.integer({min: 300, max: 6000}),
    baseMs: fc.constantFrom(10, 50, 200),
    jitter: fc.constantFrom('none', 'full', 'equal', 'decorrelated'),
    failureRatio: fc.double({min: 0, max: 0.5, noNaN: true}),
    failureMs: fc.constantFrom(0, 20, 300),
    hangRatio: fc.double({min: 0, max: 0.1, noNaN: true}),
    medianMs: fc.integer({min: 50, max: 400}),
    sigma: fc.double({min: 0.2, max: 1, noNaN: true}),
    hedgeMs: fc.constantFrom(undefined, 150, 400),
    seed: fc.integer({min: 1, max: 1e6}),
  })
  .map(({baseMs, jitter, hedgeMs, ...rest}) => ({
    ...rest,
    throttled: false,
    backoff: {kind: 'exponential', baseMs, throttledBaseMs: 1000, factor: 2, capMs: 2000, jitter},
    ...(hedgeMs === undefined ? {} : {hedgeMs}),
  }));

describe('the latency of any call', () => {
  it('success, load and percentiles agree to one part in a hundred', () => {
    fc.assert(
      fc.property(models, ({seed, ...call}) => {
        const random = seededRandom(seed);
        const endings = Array.from({length: CALLS}, () => simulate(call, random));
        const predicted = predictCall({
          ...call,
          latency: ms => (ms <= 0 ? 0 : normalCdf(Math.log(ms / call.medianMs) / call.sigma)),
          failures: [{ratio: call.failureRatio, afterMs: call.failureMs, isRetried: true}],
          retriesTimeouts: true,
          budget: null,
        });
        expect(isNear(predicted.meanAttempts, mean(endings.map(({attempts}) => attempts))), 'load').to.equal(true);
        for (const ms of [100, 200, 400, 800, 1600, Number.POSITIVE_INFINITY]) {
          const succeeded = endings.filter(ending => ending.ms <= ms && ending.ms < Number.POSITIVE_INFINITY).length;
          expect(predicted.cdf(ms), `succeeded by ${ms} ms`).to.be.closeTo(succeeded / CALLS, 0.01);
        }
      }),
      {numRuns: runs(10, 30), endOnFailure: true, seed: 20_261_126},
    );
  }).timeout(120_000);
});
