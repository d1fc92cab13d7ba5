/** Ejection in traffic of some thousand calls in virtual time. */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/core.ts';
import {type Measured, measure, type Server} from './endpoint-traffic.ts';

const run = (
  servers: readonly Server[],
  maxEjectedShare: number,
  policy: PolicyInput = {},
  deletes = 0,
): Promise<Measured> =>
  measure({
    deletes,
    policy: {failover: {ejection: {maxEjectedShare}}, ...policy},
    servers,
    perSecond: 50,
    calls: 6000,
    seed: 3,
  });

describe('an endpoint of three of which a fifth fails', () => {
  const servers = [{}, {}, {fails: 0.2}];

  it('keeps its share beside a breaker alone', async () => {
    expect((await run(servers, 0)).shares[2]).to.be.within(25, 35);
  });

  it('is passed over', async () => {
    const {shares, failed} = await run(servers, 0.5);
    expect(shares[2]).to.be.below(12);
    expect(failed).to.equal(0);
  });
});

for (const [title, servers, policy] of [
  ['healthy', [{}, {}, {}], {}],
  ['failing alike, a third of the time', [{fails: 0.33}, {fails: 0.33}, {fails: 0.33}], {maxAttempts: 1}],
] as const)
  it(`endpoints that are ${title}: none is passed over`, async () => {
    const {shares} = await run(servers, 0.5, policy);
    expect(shares).to.have.length(3);
    for (const share of shares) expect(share).to.be.closeTo(33, 3);
  });

it('an endpoint that is well again has its share after a few minutes', async () => {
  const {lateShares} = await run([{}, {fails: 0.3, failsUntilMs: 30_000}], 0.5);
  expect(lateShares[1]).to.be.within(40, 60);
});

it('beside an endpoint that answers 404 to everything, one that fails a tenth of the time stays in', async () => {
  const {ended} = await run([{fails: 0.1}, {fails: 1, status: 404}], 0.5);
  expect(ended[200]! / 6000).to.be.above(0.95);
});

for (const deletes of [0.3, 0.6])
  it(`a healthy endpoint is not passed over for what ${100 * deletes} % of the calls ask of it alone`, async () => {
    const {ended, lateShares} = await run([{}, {fails: 0.3}], 0.5, {}, deletes);
    expect(ended[503] ?? 0, '503').to.be.below(60);
    expect(lateShares[0]).to.be.above(60);
  });
