/** An endpoint that is down after a long time of health, in traffic of some thousand calls in virtual time. */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/core.ts';
import {type Measured, measure, type Server} from './endpoint-traffic.ts';

/** The budget and the breaker are those of the defaults. */
const run = (servers: readonly Server[], failover: PolicyInput['failover'] & {}, perSecond = 100): Promise<Measured> =>
  measure({policy: {failover, budget: {}}, servers, perSecond, calls: perSecond * 30, seed: 3});

const EJECTION = {maxEjectedShare: 0.5};

describe('an endpoint that fails from the 16th second on @T124', () => {
  const down: Server = {fails: 1, failsFromMs: 16_000};
  for (const balance of ['weighted', 'least-pending', 'p2c-ewma'] as const)
    for (const [title, ejection] of [
      ['without ejection', {}],
      ['with ejection', EJECTION],
    ] as const)
      it(`gets eight requests and then one now and then, ${balance}, ${title}`, async () => {
        const {sentInVain, failed} = await run([{}, down], {balance, ejection});
        expect(sentInVain[1]).to.be.at.most(45);
        expect(failed).to.equal(0);
      });

  for (const status of [503, 529])
    it(`gets eight requests and then one now and then, if it answers ${status}, without a breaker`, async () => {
      const policy: PolicyInput = {budget: {}, breaker: null};
      const servers = [{}, {...down, status}];
      const {sentInVain, failed} = await measure({policy, servers, perSecond: 100, calls: 3000, seed: 3});
      expect(sentInVain[1]).to.be.at.most(45);
      expect(failed).to.equal(0);
    });

  it('keeps its share, if it answers 429', async () => {
    const policy: PolicyInput = {budget: {}, breaker: null};
    const servers = [{}, {...down, status: 429}];
    const {sentInVain} = await measure({policy, servers, perSecond: 100, calls: 3000, seed: 3});
    expect(sentInVain[1]).to.be.above(500);
  });

  it('of a better rank does so, too', async () => {
    const policy: PolicyInput = {
      endpoints: [
        {name: 'e0', origin: 'https://e0.test', rank: 1},
        {name: 'e1', origin: 'https://e1.test', rank: 2},
      ],
      budget: {},
    };
    const {sentInVain, failed} = await measure({policy, servers: [down, {}], perSecond: 100, calls: 3000, seed: 3});
    expect(sentInVain[0]).to.be.at.most(45);
    expect(failed).to.equal(0);
  });

  it('is left as soon where failover.on does not list "down", because its breaker opens', async () => {
    const on = ['overloaded', 'server-error', 'breaker-open'] as const;
    expect((await run([{}, down], {on})).sentInVain[1]).to.be.at.most(60);
  });

  it('has its share again soon after it is back', async () => {
    const {sentInVain, lateShares} = await run([{}, {...down, failsUntilMs: 20_000}], {});
    expect(sentInVain[1]).to.be.at.most(35);
    expect(lateShares[1]).to.be.within(42, 58);
  });
});

describe('an endpoint of which some attempts fail', () => {
  for (const fails of [0.3, 0.5, 0.7])
    it(`keeps most of its share, at ${fails}`, async () => {
      const {shares} = await measure({
        policy: {breaker: null},
        servers: [{}, {fails}],
        perSecond: 100,
        calls: 6000,
        seed: 3,
      });
      // Each failure is a request more, at the other one.
      expect(shares[1]).to.be.at.least((0.85 * 50) / (1 + fails / 2));
    });
});

it('while all endpoints are down, they share the attempts as before', async () => {
  const {sentInVain} = await run(
    [
      {fails: 1, failsFromMs: 16_000},
      {fails: 1, failsFromMs: 16_000},
    ],
    {},
  );
  expect(sentInVain[0]! / sentInVain[1]!).to.be.within(0.5, 2);
});
