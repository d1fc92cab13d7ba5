/** When calls begin. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {SimulationClock} from '../../src/core/simulation-clock.ts';
import {Timer} from '../../src/core/timer.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import type {TrafficInput} from '../../src/simulate/scenario/types.ts';
import {startTraffic} from '../../src/simulate/traffic.ts';

interface Begun {
  readonly at: number;
  readonly client: number;
  readonly method: string;
}

async function begun(traffic: TrafficInput, durationMs: number, lastsMs = 0): Promise<Begun[]> {
  const scenario = readScenario({durationMs, traffic, service: {latencyMs: {ms: 1}}});
  const clock = new SimulationClock();
  const calls: Begun[] = [];
  const random = {arrivals: seededRandom(3), requests: seededRandom(4)};
  startTraffic(scenario.traffic, durationMs, clock, random, (client, {method}, ended) => {
    calls.push({at: clock.now(), client, method});
    clock.arm(
      new (class extends Timer {
        override fire = ended;
      })(),
      lastsMs,
    );
  });
  await clock.run();
  return calls;
}

describe('traffic', () => {
  it('begins even calls at equal distances, from one client after the other', async () => {
    const calls = await begun({perSecond: 2, arrivals: 'even', clients: 2}, 2000);
    expect(calls.map(({at, client}) => [at, client])).to.deep.equal([
      [500, 0],
      [1000, 1],
      [1500, 0],
    ]);
  });

  it('begins even calls in a phase that lies between two of them', async () => {
    const phases = [{fromMs: 1100, toMs: 1500, perSecond: 100}];
    const calls = await begun({perSecond: 1, arrivals: 'even', phases}, 4000);
    expect(calls.filter(({at}) => at >= 1100 && at < 1500)).to.have.length(40);
    // Nine tenths of a call are missing at 1100 ms, and again at 1500 ms.
    expect(calls.at(-1)!.at).to.be.closeTo(3400, 1e-6);
  });

  it('begins random calls at the rate of each phase', async () => {
    const phases = [{fromMs: 10_000, toMs: 20_000, perSecond: 1000}];
    const calls = await begun({perSecond: 100, phases}, 30_000);
    const within = (fromMs: number, toMs: number): number => calls.filter(({at}) => at >= fromMs && at < toMs).length;
    // Four standard deviations of a Poisson count.
    expect(within(0, 10_000)).to.be.closeTo(1000, 4 * Math.sqrt(1000));
    expect(within(10_000, 20_000)).to.be.closeTo(10_000, 4 * Math.sqrt(10_000));
    expect(within(20_000, 30_000)).to.be.closeTo(1000, 4 * Math.sqrt(1000));
  });

  it('begins nothing in a phase without calls, and goes on after it', async () => {
    for (const arrivals of ['even', 'poisson'] as const) {
      const phases = [{fromMs: 1000, toMs: 2000, perSecond: 0}];
      const calls = await begun({perSecond: 100, arrivals, phases}, 3000);
      expect(calls.filter(({at}) => at > 1000 && at < 2000)).to.deep.equal([]);
      expect(calls.filter(({at}) => at >= 2000).length).to.be.greaterThan(60);
    }
  });

  it('has distances of random calls that vary as much as they are long', async () => {
    const calls = await begun({perSecond: 100}, 100_000);
    const gaps = calls.slice(1).map(({at}, index) => at - calls[index]!.at);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).to.be.closeTo(1, 0.04);
  });

  it('spreads random calls over all clients alike', async () => {
    const calls = await begun({perSecond: 100, clients: 4}, 100_000);
    for (let number = 0; number < 4; number++)
      expect(calls.filter(({client}) => client === number).length / calls.length).to.be.closeTo(0.25, 0.02);
  });

  it('lets a serial client keep its rate while its calls are short', async () => {
    const calls = await begun({perSecond: 100, clients: 10, arrivals: 'closed-loop'}, 100_000, 1);
    expect(calls.length).to.be.closeTo(10_000, 400);
  });

  it('lets a serial client begin no call before its last one has ended', async () => {
    const calls = await begun({perSecond: 100, clients: 2, arrivals: 'closed-loop'}, 10_000, 1000);
    expect(calls.length).to.be.within(18, 22);
  });

  it('picks requests by their shares', async () => {
    const requests = [{method: 'GET', share: 3}, {method: 'POST'}];
    const calls = await begun({perSecond: 100, requests}, 100_000);
    expect(calls.filter(({method}) => method === 'POST').length / calls.length).to.be.closeTo(0.25, 0.02);
  });
});
