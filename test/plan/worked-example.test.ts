/** The plan for POST /predict with P95 below 800 ms, against the published table: ratios to 0.0005, latencies to 1 ms, loads to 0.002. */

import {expect} from 'chai';
import {Evaluation, type Plan} from '../../src/plan/evaluate.ts';
import {plan} from '../../src/plan/plan.ts';
import type {SearchSpace} from '../../src/plan/request.ts';
import {search} from '../../src/plan/search.ts';
import {predictRequest} from './requests.ts';

/** The settings of the table. Steps of 50 ms without 550 ms. */
const TABLE: SearchSpace = {
  attempts: [1, 2, 3, 4],
  attemptTimeouts: [250, 300, 350, 400, 450, 500, 600, 700, 800],
  bases: [25, 50, 100, 200],
  jitters: ['full'],
  hedges: [null],
};

const planned = (attempts: number, attemptTimeoutMs: number, baseMs: number, deadlineMs: number): Plan =>
  new Evaluation(predictRequest({objective: {deadlineMs}})).plan({
    attempts,
    attemptTimeoutMs,
    baseMs,
    jitter: 'full',
    hedgeMs: null,
  });

describe('the plan for POST /predict', () => {
  const none = Number.POSITIVE_INFINITY;
  const rows: [string, Plan, number, number, number, number, number][] = [
    ['no retry', planned(1, 10_000, 100, 10_000), 0.939, 187, none, none, 1],
    ['T = 500, n = 3, b = 100, no deadline', planned(3, 500, 100, 100_000), 0.99, 185, 439, 799, 1.086],
    ['T = 400, n = 3, b = 100, D = 800', planned(3, 400, 100, 800), 0.991, 185, 580, 787, 1.121],
    ['T = 450, n = 2, b = 100, D = 800', planned(2, 450, 100, 800), 0.987, 185, 444, none, 1.092],
    ['T = 600, n = 3, b = 25, D = 800', planned(3, 600, 25, 800), 0.9907, 183, 435, 791, 1.072],
  ];
  for (const [name, row, success, p50, p95, p99, attempts] of rows) {
    it(`${name}: has the numbers of the table`, () => {
      expect(row.cdf(800)).to.be.closeTo(success, 0.0005);
      for (const [share, ms] of [
        [0.5, p50],
        [0.95, p95],
        [0.99, p99],
      ] as const) {
        if (ms === none) expect(row.quantile(share)).to.equal(none);
        else expect(row.quantile(share)).to.be.closeTo(ms, 1);
      }
      expect(row.meanAttempts).to.be.closeTo(attempts, 0.002);
    });
  }

  it('T = 300, n = 3, b = 50, D = 800: the default budget refuses retries, which the table of 0.978 does not count', () => {
    const row = planned(3, 300, 50, 800);
    expect(row.grantedRatio).to.be.within(0.8, 0.85);
    expect(row.successRatio).to.be.closeTo(0.944, 0.005);
  });

  it('succeeds in the end for 99.95 % of the calls without a deadline', () => {
    expect(planned(3, 500, 100, 100_000).successRatio).to.be.closeTo(0.9995, 0.0001);
  });

  it('20 plans meet 99 %, and the best is 3 attempts of 600 ms from a base of 25 ms', () => {
    const {searched, feasible} = search(predictRequest({space: TABLE}));
    expect([searched, feasible.length]).to.deep.equal([109, 20]);
    expect(feasible[0]).to.deep.include({
      attempts: 3,
      attemptTimeoutMs: 600,
      baseMs: 25,
      jitter: 'full',
      hedgeMs: null,
    });
  });

  it('the default search finds the same plan', () => {
    expect(plan(predictRequest()).best).to.deep.include({
      attempts: 3,
      attemptTimeoutMs: 600,
      baseMs: 25,
      jitter: 'full',
    });
  });

  it('no plan without a hedge meets 99.5 %: the best reaches 99.494 %, and hangs bind', () => {
    const result = plan(predictRequest({objective: {successRatio: 0.995}, space: TABLE}));
    expect(result.policy).to.equal(null);
    expect(result.best).to.deep.include({attempts: 4, attemptTimeoutMs: 400, baseMs: 25});
    const [missed] = result.infeasible!.missed;
    expect(missed!.name).to.equal('success');
    expect(missed!.reached).to.be.closeTo(0.99494, 0.00002);
    expect(result.infeasible!.factors[0]).to.include({name: 'hangs', isEnough: true});
  });

  it('a hedge after 350 ms meets 99.5 %', () => {
    const {best} = plan(predictRequest({objective: {successRatio: 0.995}}));
    expect(best!.hedgeMs).to.equal(350);
    expect(best!.successRatio).to.be.above(0.995);
  });

  it('takes less than 2 s of CPU', () => {
    const before = process.cpuUsage();
    plan(predictRequest({objective: {successRatio: 0.9999, maxAmplification: 5}}));
    const {user, system} = process.cpuUsage(before);
    expect((user + system) / 1e6).to.be.below(2);
  });
});
