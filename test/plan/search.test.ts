/** Which plans are allowed, which is the best, and which are on the front. */

import {expect} from 'chai';
import {Evaluation} from '../../src/plan/evaluate.ts';
import {lognormalLatency} from '../../src/plan/latency.ts';
import {plan} from '../../src/plan/plan.ts';
import {misses, paretoFront, search} from '../../src/plan/search.ts';
import {candidatesOf, defaultSpace} from '../../src/plan/space.ts';
import {predictRequest, predictService} from './requests.ts';

describe('the default space', () => {
  it('has the half of the deadline only where no timeout is below the deadline', () => {
    const {latency} = predictService;
    expect(defaultSpace(latency, 300, 3).attemptTimeouts).to.deep.equal([150]);
    // After 300 ms there is no time for a retry.
    expect(defaultSpace(latency, 301, 3).attemptTimeouts).to.deep.equal([251, 300]);
  });
});

describe('the bases of the default space', () => {
  const basesOf = (medianMs: number, deadlineMs: number): readonly number[] =>
    defaultSpace(lognormalLatency(medianMs, 0.5), deadlineMs, 3).bases;

  it('follow the latency, and stay below a quarter of the deadline', () => {
    expect(basesOf(180, 800)).to.deep.equal([25, 50, 100, 200]);
    expect(basesOf(20, 100)).to.deep.equal([2, 5, 10, 25]);
    expect(basesOf(3, 60)).to.deep.equal([1, 2, 5, 10]);
    expect(basesOf(1000, 800)).to.deep.equal([25, 50, 100, 200]);
  });

  it('let a fast service reach what it can: 99 % of a service that answers in 10 ms, of which 5 % fail, within 70 ms', () => {
    const latency = lognormalLatency(10, 0.5);
    const objective = {latencyMs: {p95: 70}, successRatio: 0.99, deadlineMs: 70};
    const service = {latency, failures: [{ratio: 0.05, afterMs: 5, isUnsent: false}], hangRatio: 0};
    const reached = (bases: readonly number[]): number =>
      Math.max(...search(predictRequest({objective, service, space: {bases}})).allowed.map(each => each.successRatio));
    expect(reached([25])).to.be.below(0.985);
    expect(plan(predictRequest({objective, service})).policy).not.to.equal(null);
  });
});

describe('a search', () => {
  it('ranks plans without a hedge first, then by attempts, load and success', () => {
    const {feasible} = search(predictRequest());
    const keys = feasible.map(({hedgeMs, attempts, meanAttempts, successRatio}) => [
      Number(hedgeMs !== null),
      attempts,
      Math.round(meanAttempts * 100),
      -successRatio,
    ]);
    expect(keys).to.have.length.above(1);
    for (const [index, key] of keys.entries()) {
      if (index === 0) continue;
      const at = key.findIndex((value, column) => value !== keys[index - 1]![column]);
      if (at >= 0) expect(key[at]!).to.be.above(keys[index - 1]![at]!);
    }
  });

  it('finds only plans that meet every objective', () => {
    const request = predictRequest({objective: {latencyMs: {p50: 185, p95: 500, p99: 795}}});
    const {feasible} = search(request);
    expect(feasible).not.to.have.length(0);
    for (const found of feasible) {
      expect(found.successRatio).to.be.at.least(0.99);
      expect(found.quantile(0.5)).to.be.at.most(185.1);
      expect(found.quantile(0.95)).to.be.at.most(500.1);
      expect(found.quantile(0.99)).to.be.at.most(795.1);
    }
  });

  it('retries a POST that may not be repeated only where the server cannot have acted', () => {
    const call = {repeat: 'never'} as const;
    const acted = plan(predictRequest({call, objective: {successRatio: 0.9}}));
    expect(acted.best!.attempts).to.equal(1);
    const failures = [{ratio: 0.1, afterMs: 5, isUnsent: true}];
    const unsent = plan(predictRequest({call, service: {failures, hangRatio: 0}}));
    expect(unsent.best!.attempts).to.be.above(1);
    expect(unsent.best!.paidAttempts).to.be.closeTo(unsent.best!.meanAttempts * 0.9, 1e-9);
    const {infeasible} = plan(predictRequest({call}));
    expect(infeasible!.factors[0]).to.include({name: 'repeat', isEnough: true});
  });

  it('keeps the amplification, other layers included', () => {
    for (const found of search(predictRequest({objective: {maxAmplification: 6, otherAttempts: 3}})).allowed)
      expect(found.attempts).to.be.at.most(2);
    const {best} = plan(predictRequest({objective: {maxAmplification: 2, otherAttempts: 3}}));
    expect(best).to.equal(null);
  });

  it('keeps the headroom of the service', () => {
    const withRoom = (perSecond: number) =>
      plan(predictRequest({objective: {capacity: {perSecond, headroomRatio: 0.2, callsPerSecond: 100}}}));
    expect(withRoom(200).best).to.include({attempts: 3, attemptTimeoutMs: 600});
    // 100 calls a second with 1.072 attempts each, on 80 % of 130.
    expect(withRoom(130).policy).to.equal(null);
    expect(withRoom(130).infeasible!.factors[0]).to.include({name: 'capacity', isEnough: true});
  });

  it('counts the hedges that the default budget refuses: their tokens come back where the call succeeds', () => {
    const hedged = (hedgeMs: number, perSecond: number) =>
      new Evaluation(predictRequest({call: {perSecond}})).plan({
        attempts: 3,
        attemptTimeoutMs: 600,
        baseMs: 25,
        jitter: 'full',
        hedgeMs,
      });
    expect(hedged(300, 100).grantedRatio).to.be.above(0.99);
    expect(hedged(150, 500).grantedRatio).to.be.below(0.95);
    expect(hedged(150, 500).meanHedges).to.be.below(0.45);
    expect(hedged(150, 500).uncertainty).to.be.above(hedged(300, 100).uncertainty);
  });

  it('counts the retries that the budget refuses', () => {
    const failures = [{ratio: 0.5, afterMs: 20, isUnsent: false}];
    const settings = {attempts: 3, attemptTimeoutMs: 600, baseMs: 25, jitter: 'full', hedgeMs: null} as const;
    const at = (perSecond?: number) =>
      new Evaluation(predictRequest({service: {failures}, call: perSecond === undefined ? {} : {perSecond}})).plan(
        settings,
      );
    expect(at().meanAttempts).to.be.closeTo(1.07, 0.005);
    expect(at(0.01).meanAttempts).to.be.above(1.6);
  });

  it('has no setting that does nothing', () => {
    const {space} = predictRequest();
    const candidates = candidatesOf(space, 800, true);
    expect(candidates.filter(({attempts}) => attempts === 1)).to.have.length(1);
    expect(candidates.filter(({hedgeMs, attemptTimeoutMs}) => hedgeMs !== null && hedgeMs >= attemptTimeoutMs!)).to.be
      .empty;
    expect(candidatesOf(space, 800, false).every(({hedgeMs}) => hedgeMs === null)).to.equal(true);
  });
});

describe('the front', () => {
  it('has the best plan, and no plan that another one beats in everything', () => {
    const request = predictRequest();
    const {feasible} = search(request);
    const front = paretoFront(feasible);
    expect(front).to.include(feasible[0]);
    for (const here of front) {
      for (const other of feasible) {
        const isBetter =
          other.successRatio > here.successRatio + 0.001 &&
          other.quantile(0.95) < here.quantile(0.95) * 0.99 &&
          other.meanAttempts < here.meanAttempts - 0.01 &&
          other.amplification <= here.amplification &&
          (other.hedgeMs === null || here.hedgeMs !== null);
        expect(isBetter).to.equal(false);
      }
    }
  });

  it('compares plans without a p95', () => {
    const {allowed} = search(predictRequest({service: {failures: [{ratio: 0.4, afterMs: 20, isUnsent: false}]}}));
    expect(paretoFront(allowed)).not.to.have.length(0);
  });
});

describe('an objective that no plan meets', () => {
  it('names the latency where every answer is too slow', () => {
    const {infeasible, best} = plan(predictRequest({objective: {latencyMs: {p95: 300}, deadlineMs: 800}}));
    expect(infeasible!.missed.map(({name}) => name)).to.deep.equal(['p95']);
    expect(infeasible!.missed[0]!.reached).to.be.within(300, 500);
    expect(infeasible!.factors[0]).to.include({name: 'latency', isEnough: true});
    expect(misses(best!, predictRequest({objective: {latencyMs: {p95: 300}}}))).to.have.length(1);
  });

  it('names failures where they come to every attempt', () => {
    const failures = [{ratio: 0.4, afterMs: 20, isUnsent: false}];
    const {infeasible} = plan(predictRequest({service: {...predictService, failures, hangRatio: 0}}));
    expect(infeasible!.factors[0]).to.include({name: 'failures', isEnough: true});
  });
});
