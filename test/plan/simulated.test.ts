/** The closed forms against the engine in the simulator: success and load to one part in a hundred, latencies to 2 %. */

import {expect} from 'chai';
import {Evaluation} from '../../src/plan/evaluate.ts';
import {lognormalLatency} from '../../src/plan/latency.ts';
import {confirmedPlan, plan} from '../../src/plan/plan.ts';
import type {Candidate} from '../../src/plan/request.ts';
import {simulatePlan} from '../../src/plan/simulated.ts';
import {sampled} from '../support/runs.ts';
import {predictRequest} from './requests.ts';

const failing = (ratio: number, afterMs: number) => [{ratio, afterMs, isUnsent: false}];

describe('a plan in the simulator', () => {
  const settings: Candidate = {attempts: 3, attemptTimeoutMs: 600, baseMs: 25, jitter: 'full', hedgeMs: null};
  const cases: [string, Candidate, Parameters<typeof predictRequest>[0]][] = [
    ['the worked example', settings, {}],
    [
      'equal jitter and slow failures',
      {...settings, jitter: 'equal', baseMs: 100},
      {service: {failures: failing(0.1, 150)}},
    ],
    [
      'decorrelated jitter and a long deadline',
      {...settings, attempts: 4, jitter: 'decorrelated', baseMs: 50},
      {objective: {deadlineMs: 5000}, service: {failures: failing(0.05, 20)}},
    ],
    [
      'a timeout that is too tight',
      {...settings, attemptTimeoutMs: 400},
      {objective: {deadlineMs: 1500}, service: {failures: failing(0.02, 20)}},
    ],
    ['a hedge', {...settings, hedgeMs: 500}, {objective: {deadlineMs: 2000}}],
    [
      'a hedge of every second call',
      {...settings, hedgeMs: 180},
      {objective: {deadlineMs: 2000}, call: {perSecond: 20}},
    ],
    [
      'refused connections of a POST that may not be repeated',
      settings,
      {call: {repeat: 'never'}, service: {failures: [{ratio: 0.1, afterMs: 0, isUnsent: true}, ...failing(0.02, 30)]}},
    ],
    [
      'connections of a POST that are refused after a time',
      settings,
      {
        call: {repeat: 'never'},
        service: {failures: [{ratio: 0.1, afterMs: 150, isUnsent: true}, ...failing(0.02, 30)]},
      },
    ],
    ['one attempt', {...settings, attempts: 1, attemptTimeoutMs: null}, {call: {repeat: 'key'}}],
  ];
  for (const [name, candidate, changes] of sampled(cases)) {
    it(`comes to what the closed forms predict: ${name}`, async () => {
      const request = predictRequest(changes);
      const predicted = new Evaluation(request).plan(candidate);
      const simulated = await simulatePlan(predicted, request);
      expect(simulated.calls).to.be.within(49_000, 51_000);
      expect(simulated.successRatio).to.be.closeTo(predicted.successRatio, 0.01 * predicted.successRatio);
      expect(simulated.meanAttempts).to.be.closeTo(predicted.meanAttempts, 0.01 * predicted.meanAttempts);
      for (const [share, ms] of [
        [0.5, simulated.p50Ms],
        [0.95, simulated.p95Ms],
      ] as const) {
        // Where hardly any call ends, chance moves a quantile far. The share has to agree.
        const isNear = Math.abs(predicted.quantile(share) - ms) <= 0.02 * ms;
        expect(isNear || Math.abs(predicted.cdf(ms) - share) < 0.003 || ms === predicted.quantile(share)).to.equal(
          true,
        );
      }
    }).timeout(60_000);
  }

  it('takes latencies of years, which no call waits for', async () => {
    const request = predictRequest({service: {latency: lognormalLatency(180, 6)}});
    const predicted = new Evaluation(request).plan(settings);
    const simulated = await simulatePlan(predicted, request);
    expect(simulated.successRatio).to.be.closeTo(predicted.successRatio, 0.01);
  }).timeout(60_000);

  // The budget is in balance at failures of a fifth: above, it refuses what calls take beyond what they earn, and near it, what chance takes.
  for (const [perSecond, ratio, attempts] of sampled([
    [2, 0.2, 3],
    [10, 0.25, 5],
    [50, 0.18, 3],
    [200, 0.15, 5],
    [200, 0.25, 2],
    [1000, 0.2, 5],
  ] as const))
    it(`comes within 1 % where the budget refuses retries: ${perSecond} calls a second, failures ${ratio}`, async () => {
      const request = predictRequest({
        objective: {deadlineMs: 2000},
        service: {failures: failing(ratio, 20)},
        call: {perSecond},
      });
      const predicted = new Evaluation(request).plan({...settings, attempts});
      expect(predicted.grantedRatio).to.be.within(0.5, 0.99);
      const simulated = await simulatePlan(predicted, request);
      expect(predicted.successRatio / simulated.successRatio).to.be.closeTo(1, 0.01);
      expect(predicted.meanAttempts / simulated.meanAttempts).to.be.closeTo(1, 0.01);
    }).timeout(60_000);

  it('confirms the best plan, or is interrupted', async () => {
    const {simulated, best} = await confirmedPlan(predictRequest());
    expect(simulated).to.include({isConfirmed: true, isInterrupted: false});
    expect(best).to.include({attempts: 3, attemptTimeoutMs: 600, baseMs: 25});
    const aborted = await confirmedPlan(predictRequest(), AbortSignal.abort());
    expect(aborted.simulated!.isInterrupted).to.equal(true);
    expect(aborted.policy).not.to.equal(null);
  });

  it('confirms a plan that the formulas reject, where the engine reaches the objective', async () => {
    // The budget grants more hedges of this rate than the formulas say.
    const service = {failures: failing(0.124, 5), hangRatio: 0};
    const space = {attempts: [2], attemptTimeouts: [900], bases: [25], jitters: ['full'], hedges: [200]} as const;
    const changes = {service, space, call: {perSecond: 160}};
    const request = predictRequest({...changes, objective: {latencyMs: {}, successRatio: 0.968, deadlineMs: 1500}});
    const found = await confirmedPlan(request);
    expect([found.feasible, found.simulated!.isConfirmed, found.refuted]).to.deep.equal([0, true, 0]);
    expect(found.policy).not.to.equal(null);
    expect(found.best!.successRatio).to.be.within(0.9, 0.968);
  }).timeout(60_000);

  it('takes the plan that comes nearest in the simulator where it confirms none', async () => {
    // Two of a hundred attempts succeed, so that runs of failures open the breaker, of which the formulas know nothing.
    const service = {failures: failing(0.98, 20), hangRatio: 0};
    const request = predictRequest({objective: {latencyMs: {}, successRatio: 0.018}, service});
    const {simulated, best, infeasible, policy, refuted} = await confirmedPlan(request);
    expect([infeasible, simulated!.isConfirmed, simulated!.missed]).to.deep.equal([null, false, ['success']]);
    expect([policy, refuted]).to.deep.equal([null, 2]);
    const first = await simulatePlan(plan(request).best!, request);
    expect(best!.successRatio).to.be.at.least(0.018);
    expect(simulated!.successRatio).to.be.within(first.successRatio, 0.015);
  }).timeout(60_000);

  it('misses the objective where the load of the engine leaves too little room', async () => {
    const capacity = {perSecond: 110, headroomRatio: 0, callsPerSecond: 100};
    const request = predictRequest({objective: {capacity}, service: {failures: failing(0.1, 20)}});
    const candidate = new Evaluation(request).plan(settings);
    expect((await simulatePlan(candidate, request)).missed).to.include('capacity');
  }).timeout(60_000);

  it('simulates connections that are refused after a time', async () => {
    const failures = [{ratio: 0.02, afterMs: 100, isUnsent: true}];
    const {simulated, policy} = await confirmedPlan(predictRequest({service: {failures}}));
    expect(simulated!.isConfirmed).to.equal(true);
    expect(policy).not.to.equal(null);
  }).timeout(60_000);
});
