/** A deadline that no call reaches changes nothing: beyond what can happen it is infinite. */

import {expect} from 'chai';
import {type Random, seededRandom} from '../../src/core/random.ts';
import {latencyThrough, lognormalLatency, measuredLatency} from '../../src/plan/latency.ts';
import {plan} from '../../src/plan/plan.ts';
import type {PlanRequest} from '../../src/plan/request.ts';
import {search} from '../../src/plan/search.ts';
import {runs} from '../support/runs.ts';
import {predictRequest} from './requests.ts';

const MINUTE = 60_000;
const DEADLINES = [MINUTE, 10 * MINUTE, 60 * MINUTE, 24 * 60 * MINUTE];
const SERVICES = runs(6, 60);

/** A random service whose attempts, waits and hedges never add up to a minute: at most three attempts of 6 s, and waits of 0.5 and 1 s. */
function requestOf(seed: number): (deadlineMs: number) => PlanRequest {
  const random = seededRandom(seed);
  const service = {
    latency: latencyOf(random),
    failures: [{ratio: random() * 0.1, afterMs: Math.round(random() * 300), isUnsent: false}],
    // A call that waits for an answer that never comes takes as long as its deadline.
    hangRatio: 0,
  };
  const limitMs = Math.round(300 * Math.exp(3 * random()));
  return deadlineMs =>
    predictRequest({
      objective: {latencyMs: {p95: limitMs}, successRatio: 0.99, deadlineMs, maxAmplification: 3},
      service,
      space: {bases: [25, 100, 500], jitters: ['full', 'equal']},
    });
}

/** Fast hits and slow misses of a cache, a lognormal latency, or one with a long tail. */
function latencyOf(random: Random): PlanRequest['service']['latency'] {
  const medianMs = 2 * Math.exp(4 * random());
  const kind = Math.floor(3 * random());
  if (kind === 0)
    return measuredLatency(Array.from({length: 2000}, (_, at) => (at % 10 < 7 ? medianMs : 900) + random()));
  if (kind === 1) return lognormalLatency(medianMs, 0.2 + 0.5 * random());
  return latencyThrough([
    {share: 0.5, ms: medianMs},
    {share: 0.95, ms: 3 * medianMs},
    {share: 0.99, ms: 9 * medianMs},
  ]);
}

describe('a deadline that no call reaches', () => {
  it('changes neither the best plan nor its numbers', () => {
    let compared = 0;
    for (let seed = 1; seed <= SERVICES; seed++) {
      const of = requestOf(seed);
      const [known, ...others] = DEADLINES.map(deadlineMs => search(of(deadlineMs)));
      for (const [index, found] of others.entries()) {
        const where = `service ${seed}, deadline ${DEADLINES[index + 1]}`;
        expect(found.feasible.length, where).to.equal(known!.feasible.length);
        for (const [at, each] of found.allowed.entries()) {
          const {attempts, attemptTimeoutMs, successRatio, meanAttempts, quantile} = known!.allowed[at]!;
          compared++;
          expect(each, where).to.include({attempts, attemptTimeoutMs});
          expect(each.successRatio, where).to.be.closeTo(successRatio, 0.001);
          expect(each.meanAttempts, where).to.be.closeTo(meanAttempts, 0.001);
          const [ms, knownMs] = [each.quantile(0.95), quantile(0.95)];
          expect(
            ms === knownMs || Math.abs(ms - knownMs) <= 0.01 * knownMs,
            `${where}: ${ms} ms, ${knownMs} ms`,
          ).to.equal(true);
        }
      }
    }
    expect(compared).to.be.above(SERVICES);
  }).timeout(60_000);

  it('of an hour leaves one attempt where one is enough', () => {
    const service = {
      latency: latencyThrough([
        {share: 0.5, ms: 180},
        {share: 0.95, ms: 410},
      ]),
      failures: [{ratio: 0.001, afterMs: 20, isUnsent: false}],
      hangRatio: 0,
    };
    for (const deadlineMs of DEADLINES) {
      const {best, policy} = plan(predictRequest({objective: {latencyMs: {p95: 440}, deadlineMs}, service}));
      expect(best).to.include({attempts: 1, hedgeMs: null});
      expect(policy).not.to.equal(null);
      expect(best!.quantile(0.5)).to.be.closeTo(180, 1);
      expect(best!.quantile(0.95)).to.be.within(408, 416);
    }
  }).timeout(60_000);
});
