/** How calls are shared among the endpoints of a rank, in traffic of some thousand calls in virtual time. */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/core.ts';
import {runs, sampled} from '../support/runs.ts';
import {type Measured, measure, type Server} from './endpoint-traffic.ts';

type Balance = 'weighted' | 'least-pending' | 'p2c-ewma';

const HEDGED: PolicyInput = {hedge: {quantile: 0.95, to: 'other'}, failover: {balance: 'p2c-ewma'}};
const run = (
  balance: Balance,
  servers: readonly Server[],
  policy: PolicyInput = {},
  calls: number = runs(2000, 4000),
): Promise<Measured> =>
  measure({policy: {failover: {balance}, breaker: null, ...policy}, servers, perSecond: 50, calls, seed: 3});

describe('traffic to endpoints of one rank', () => {
  for (const balance of ['weighted', 'least-pending', 'p2c-ewma'] as const) {
    it(`${balance}: equal ones get equal shares`, async () => {
      const {shares, sendsPerCall} = await run(balance, [{}, {}, {}]);
      for (const share of shares) expect(share).to.be.closeTo(33, 3);
      expect(sendsPerCall).to.equal(1);
    });

    it(`${balance}: a weight of 3 beside 1 gets most`, async () => {
      expect((await run(balance, [{weight: 3}, {}])).shares[0]).to.be.within(60, 90);
    });
  }

  describe('with one of them ten times as slow', () => {
    for (const [perSecond, seeds] of [
      [10, [7, 8, 9]],
      [100, [7, 8, 9]],
      [500, [7]],
    ] as const)
      for (const [among, healthy] of [
        ['two', [{}]],
        ['three', [{}, {}]],
      ] as const)
        for (const seed of sampled(seeds))
          it(`one of ${among}, ${perSecond} calls a second, p2c-ewma and hedges elsewhere: P99 at most 1.3 times, 5 % more load (seed ${seed})`, async () => {
            const traffic = {policy: HEDGED, perSecond, calls: runs(3000, 6000), seed};
            const without = await measure({...traffic, servers: [{}, ...healthy]});
            const slow = await measure({...traffic, servers: [{slower: 10}, ...healthy]});
            expect(slow.p99 / without.p99, `${slow.p99} ms after ${without.p99} ms`).to.be.at.most(1.3);
            expect(slow.sendsPerCall).to.be.at.most(1.05);
          });

    for (const [title, servers, perSecond] of [
      ['without limits', [{}, {}, {slower: 10}], 50],
      ['with ten workers each', [{workers: 10}, {workers: 10}, {workers: 10, slower: 10}], 300],
    ] as const)
      it(`${title}: the P99 of p2c-ewma is a third of that of shares by weight`, async () => {
        const of = (balance: Balance): Promise<Measured> =>
          measure({policy: {failover: {balance}, breaker: null}, servers, perSecond, calls: runs(3000, 6000), seed: 5});
        const [weighted, p2c] = [await of('weighted'), await of('p2c-ewma')];
        expect(weighted.p99 / p2c.p99).to.be.at.least(3);
      });

    it('least-pending: it gets less', async () => {
      expect((await run('least-pending', [{}, {}, {slower: 10}])).shares[2]).to.be.below(15);
    });

    // traefik/traefik#12306: a server that was slow once got no calls any more.
    it('p2c-ewma: it gets its share again when it is as fast as the others', async () => {
      const {lateShares} = await run('p2c-ewma', [{}, {}, {slower: 10, slowUntilMs: 40_000}], {}, 4000);
      expect(lateShares[2]).to.be.within(25, 41);
    });
  });

  for (const status of [503, 429, 500, 401].slice(0, runs(2, 4)))
    for (const balance of ['least-pending', 'p2c-ewma'] as const)
      it(`${balance}: an endpoint that answers ${status} at once draws no calls, without a breaker, too`, async () => {
        const {shares} = await run(balance, [{}, {}, {fails: 1, status}]);
        expect(shares[2]).to.be.below(3);
      });

  it('p2c-ewma: an endpoint of which a fifth fails gets less', async () => {
    const {shares, failed} = await run('p2c-ewma', [{}, {}, {fails: 0.2}]);
    expect(shares[2]).to.be.below(30);
    expect(failed).to.equal(0);
  });

  for (const balance of ['least-pending', 'p2c-ewma'] as const)
    it(`${balance}: an endpoint that hangs gets few calls`, async () => {
      const {shares, failed} = await run(balance, [{}, {}, {hangs: true}], {attemptTimeoutMs: 2000});
      expect(shares[2]).to.be.below(5);
      expect(failed).to.equal(0);
    });
});

describe('an endpoint of two that answers every request at once with an error of the client', () => {
  for (const balance of ['least-pending', 'p2c-ewma'] as const)
    for (const status of [404, 400, 501].slice(0, runs(1, 3)))
      it(`${balance}: gets next to nothing by ${status}`, async () => {
        const {shares} = await run(balance, [{}, {fails: 1, status}]);
        expect(shares[1]).to.be.below(3);
      });

  for (const balance of ['least-pending', 'p2c-ewma'] as const)
    it(`${balance}: keeps its share, if the other one answers so, too`, async () => {
      const {shares} = await run(balance, [
        {fails: 1, status: 404},
        {fails: 1, status: 404},
      ]);
      expect(shares[1]).to.be.within(45, 55);
    });

  it('p2c-ewma: gets its share again once it answers as the other does', async () => {
    const {lateShares} = await run('p2c-ewma', [{}, {fails: 1, status: 404, failsUntilMs: 10_000}]);
    expect(lateShares[1]).to.be.within(35, 60);
  });
});
