import {expect} from 'chai';
import {fateOf} from '../../examples/before-after/faults.ts';
import {naiveLoop} from '../../examples/before-after/naive-loop.ts';
import {plainKy} from '../../examples/before-after/plain-ky.ts';
import {startServer} from '../../examples/before-after/server.ts';
import {summarize} from '../../examples/before-after/summary.ts';
import type {RunSummary} from '../../examples/before-after/table.ts';
import {type Client, runTraffic, traffic} from '../../examples/before-after/traffic.ts';
import {keyedClient} from './keyed-client.ts';

const seed = 69;
const calls = traffic({seed, calls: 120, perSecond: 600});

describe('before-after: the same weather for each client', () => {
  let plain: RunSummary;
  let naive: RunSummary;
  let keyed: RunSummary;

  before(async () => {
    // Hangs take the baselines two seconds each; here they are answered.
    const server = await startServer((id, arrival) => {
      const fate = fateOf(seed, id, arrival);
      return fate.kind === 'hang' ? {kind: 'answer', afterMs: 0} : fate;
    });
    const run = async (name: string, client: Client): Promise<RunSummary> =>
      summarize(name, await runTraffic(name, server.origin, calls, client), server.stats(name));
    [plain, naive, keyed] = await Promise.all([
      run('plain', plainKy),
      run('naive', naiveLoop),
      run('keyed', keyedClient),
    ]);
    await server.close();
  });

  it('plain ky charges no order twice, and fails calls of charged orders', () => {
    expect(plain.succeeded).to.be.within(0.8 * calls.length, 0.95 * calls.length);
    expect(plain.duplicates).to.equal(0);
    expect(plain.chargedYetFailed).to.be.above(0);
  });

  it('the naive loop charges orders twice, and comes back too early', () => {
    expect(naive.succeeded).to.be.above(0.94 * calls.length);
    expect(naive.duplicates).to.be.above(0);
    expect(naive.early).to.be.above(0);
  });

  it('a client with keys and patience does neither', () => {
    expect(keyed.succeeded).to.be.at.least(0.98 * calls.length);
    expect(keyed).to.deep.include({duplicates: 0, early: 0, chargedYetFailed: 0});
  });
});

describe('before-after: traffic', () => {
  it('is the same for the same shape', () => {
    expect(traffic({seed, calls: 120, perSecond: 600})).to.deep.equal(calls);
  });

  it('charges in four of ten calls, at the rate asked for', () => {
    const many = traffic({seed, calls: 4000, perSecond: 50});
    expect(many.filter(({method}) => method === 'POST').length / 4000).to.be.closeTo(0.4, 0.03);
    expect(many.at(-1)!.atMs).to.be.closeTo(80_000, 4000);
  });
});
