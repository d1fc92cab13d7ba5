import {expect} from 'chai';
import {fateOf} from '../../examples/before-after/faults.ts';
import {naiveLoop} from '../../examples/before-after/naive-loop.ts';
import {kyWith} from '../../examples/before-after/plain-ky.ts';
import {startServer, type Weather} from '../../examples/before-after/server.ts';
import {summarize} from '../../examples/before-after/summary.ts';
import type {RunSummary} from '../../examples/before-after/table.ts';
import {type Call, type CallResult, type Client, runTraffic, traffic} from '../../examples/before-after/traffic.ts';
import {keyedClient} from './keyed-client.ts';

const seed = 69;
const calls = traffic({seed, calls: 120, perSecond: 600});

/** Hangs take the baselines two seconds each; here they are answered. */
const weather: Weather = (id, arrival) => {
  const fate = fateOf(seed, id, arrival);
  return fate.kind === 'hang' ? {kind: 'answer', afterMs: 0} : fate;
};

/** Whether ky succeeds: it sends a GET three times at the most, and a POST once. */
const succeedsByKy = ({id, method}: Call): boolean =>
  [1, 2, 3].slice(0, method === 'GET' ? 3 : 1).some(arrival => weather(id, arrival).kind === 'answer');

const idsOf = (some: readonly Call[]): string[] => some.map(({id}) => id);

describe('before-after: the same weather for each client', () => {
  interface Ran extends RunSummary {
    readonly results: readonly CallResult[];
  }
  let plain: Ran;
  let naive: Ran;
  let keyed: Ran;

  before(async () => {
    const server = await startServer(weather);
    const run = async (name: string, client: Client): Promise<Ran> => {
      const results = await runTraffic(name, server.origin, calls, client);
      return {...summarize(name, results, server.stats(name)), results};
    };
    [plain, naive, keyed] = await Promise.all([
      // Nothing hangs: only a busy machine would reach a time limit.
      run('plain', kyWith(false)),
      run('naive', naiveLoop),
      run('keyed', keyedClient),
    ]);
    await server.close();
  });

  it('plain ky charges no order twice, and fails calls of charged orders', () => {
    const succeeded = plain.results.filter(({success}) => success).map(({call}) => call);
    expect(idsOf(succeeded)).to.deep.equal(idsOf(calls.filter(succeedsByKy)));
    expect(plain.succeeded).to.be.within(0.8 * calls.length, 0.95 * calls.length);
    expect(plain.duplicates).to.equal(0);
    expect(plain.chargedYetFailed).to.be.above(0);
  });

  it('the naive loop charges orders twice, and comes back too early', () => {
    // The loop's time limit of two seconds ends only what a busy machine makes wait.
    const ended = naive.results.filter(({failure}) => failure !== 'TimeoutError');
    expect(naive.succeeded).to.be.at.least(0.94 * ended.length);
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
