/** The seed of a fault server whose user names none: a first try of 100 requests is what most of them see. */
import {expect} from 'chai';
import {readServedScenario} from '../../src/chaos/served-scenario.ts';
import {randomStreams, serviceRandom, streamsOfServices} from '../../src/simulate/random-streams.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {Faults} from '../../src/simulate/service/faults.ts';

const scenarioWith = (ratio: number): ScenarioInput => ({
  durationMs: 1000,
  traffic: {perSecond: 1},
  service: {latencyMs: {ms: 0}, faults: [{ratio}]},
});

/** How many of the first 100 requests meet the fault. */
function faultsOf(seed: number, ratio: number): number {
  const [streams] = streamsOfServices(randomStreams(seed), 1);
  const faults = new Faults(readServedScenario(scenarioWith(ratio)).service.faults, serviceRandom(streams!));
  return Array.from({length: 100}, () => faults.at(0, faults.draw())).filter(met => met !== null).length;
}

describe('the default seed of a fault server', () => {
  for (const ratio of [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5])
    it(`gives the first 100 requests as many faults of a ratio of ${ratio} as the middle half of 200 seeds`, () => {
      const sorted = Array.from({length: 200}, (_, index) => faultsOf(index + 1, ratio)).sort((a, b) => a - b);
      const {seed} = readServedScenario(scenarioWith(ratio));
      expect(faultsOf(seed, ratio)).to.be.within(sorted[50]!, sorted[149]!);
    });

  it('is that of each named scenario, and gives way to the seed of a scenario', () => {
    expect(readServedScenario('outage').seed).to.equal(readServedScenario(scenarioWith(1)).seed);
    expect(readServedScenario({...scenarioWith(1), seed: 1}).seed).to.equal(1);
  });
});
