/** An adaptive concurrency limit, beside no policy with the same limits: it must not take chance for load, and must help where there is load. */
import {expect} from 'chai';
import {type Cell, healthy, type Load, partial, pulses, QUICK, SLOW, spike} from '../../../bench/outcomes/cells.ts';
import {compare} from '../../../bench/outcomes/compare.ts';
import {type Guard, traceOf} from '../../../bench/outcomes/run.ts';
import {limitsOf, noPolicy, policyGuard, presetGuard} from '../../../bench/outcomes/steadfetch.ts';
import {missesOf} from './bounds.ts';

const ADAPTIVE = presetGuard('default', {concurrency: {kind: 'adaptive'}});
const CAUTIOUS = presetGuard('default', {concurrency: {kind: 'adaptive', start: 8}});
const ALONE = policyGuard('adaptive, one attempt', {
  ...limitsOf('default'),
  maxAttempts: 1,
  budget: null,
  breaker: null,
  concurrency: {kind: 'adaptive'},
});

const LOADS: readonly Load[] = [
  [1, 10],
  [10, 1],
  [100, 1],
  [500, 1],
  [1000, 1],
];

async function misses(guard: Guard, cells: readonly Cell[]): Promise<string[]> {
  const found: string[] = [];
  for (const cell of cells) found.push(...missesOf(guard.name, await compare(guard, noPolicy('default'), cell)));
  return found;
}

describe('an adaptive concurrency limit, beside no policy with the same limits', () => {
  for (const fault of ['503', 'hang'] as const)
    for (const share of [0.01, 0.05, 0.2])
      it(`${fault} of ${100 * share} % of the requests, whatever the load`, async () => {
        const cells = LOADS.map(load => partial(fault, share, load, QUICK, load[0] >= 500 ? 10 : 30));
        expect(await misses(ADAPTIVE, cells)).to.deep.equal([]);
      });

  it('loses nothing by itself: one attempt, 503 of 20 %', async () => {
    const cells = LOADS.map(load => partial('503', 0.2, load, QUICK, load[0] >= 500 ? 10 : 30));
    expect(await misses(ALONE, cells)).to.deep.equal([]);
  });

  it('a service whose answers take 2 s', async () => {
    const cells = (
      [
        [1, 10],
        [10, 4],
        [50, 1],
      ] as const
    ).map(load => healthy(0.05, load, SLOW));
    expect(await misses(ADAPTIVE, cells)).to.deep.equal([]);
  });

  it('a service of 1.5 or 3 s that is often down for a shorter time', async () => {
    const [short, long] = [1500, 3000].map(medianMs => ({
      latencyMs: {kind: 'lognormal', medianMs, sigma: 0.3} as const,
    }));
    const cells = [
      pulses('503', 1, 5, [20, 1], short!),
      pulses('429', 1, 5, [20, 1], short!),
      pulses('503', 2, 10, [100, 1], short!),
      pulses('503', 2, 5, [20, 1], long!),
      pulses('503', 5, 10, [100, 1], long!),
    ];
    expect(await misses(ADAPTIVE, cells)).to.deep.equal([]);
  });

  it('answers of an exponential distribution with a mean of 4 s, of which the quick ones come first', async () => {
    const cell = healthy(0.01, [100, 1], {latencyMs: {kind: 'exponential', meanMs: 4000}});
    expect(await misses(ADAPTIVE, [cell])).to.deep.equal([]);
  });

  it('a quick service of which each fifth answer takes 3 s keeps its usual time', async () => {
    const slow = {kind: 'slow', factor: 40, ratio: 0.2} as const;
    const service = {latencyMs: QUICK.latencyMs, faults: [slow]};
    const scenario = {durationMs: 30_000, traffic: {perSecond: 100, clients: 1}, service};
    const medianMs = async (guard: Guard): Promise<number> => {
      const {durationMs} = await traceOf(guard, scenario, 7);
      return durationMs.toSorted((a, b) => a - b)[durationMs.length >> 1]!;
    };
    expect(await medianMs(ADAPTIVE)).to.be.below(1.5 * (await medianMs(presetGuard('default'))));
  });

  for (const [title, service] of [
    [
      'of which a fifth of the answers is quick',
      {latencyMs: {kind: 'fixed', ms: 50}, faults: [{kind: 'slow', factor: 50, ratio: 0.8}]},
    ],
    [
      'that takes thirty times as long from some time on',
      {latencyMs: {kind: 'fixed', ms: 100}, faults: [{kind: 'slow', factor: 30, ratio: 1, fromMs: 20_000}]},
    ],
  ] as const)
    it(`a healthy service ${title} loses no call`, async () => {
      for (const perSecond of [5, 30, 300]) {
        const scenario = {durationMs: 60_000, traffic: {perSecond, clients: 1}, service};
        expect((await traceOf(ADAPTIVE, scenario, 7)).successPercent, `${perSecond}/s`).to.be.at.least(99.9);
      }
    });

  /** Calls that the service can finish until the last of them has to be answered, of all calls. */
  const possiblePercent = ({scenario, rate, clients}: Cell): number => {
    const perSecond = rate * clients;
    const calls = perSecond * (scenario.durationMs / 1000) + 4 * perSecond * 10;
    const finished = perSecond * 10 + perSecond * 1.25 * (scenario.durationMs / 1000 - 10);
    return Math.min(100, (100 * finished) / calls);
  };

  for (const [load, guard] of [
    [[5, 10], ADAPTIVE],
    [[10, 10], ADAPTIVE],
    [[50, 1], ADAPTIVE],
    [[100, 1], ADAPTIVE],
    [[1, 10], CAUTIOUS],
    [[1, 30], CAUTIOUS],
    [[10, 10], CAUTIOUS],
  ] as const)
    it(`a spike of five times the load, ${load[0]}/s by ${load[1]}${guard === CAUTIOUS ? ', which starts at 8' : ''}`, async () => {
      for (const stops of [false, true]) {
        const cell = spike(stops, load);
        const percents: number[] = [];
        for (const seed of [1, 2, 3]) percents.push((await traceOf(guard, cell.scenario, seed)).successPercent);
        const mean = percents.reduce((sum, each) => sum + each, 0) / percents.length;
        expect(mean, cell.name).to.be.at.least(0.8 * possiblePercent(cell));
      }
    });
});
