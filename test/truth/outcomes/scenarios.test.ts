/** The scenarios that have a name: each preset that is meant for one answers as many calls as no policy with the same limits. */
import {expect} from 'chai';
import {seedsOf} from '../../../bench/outcomes/run.ts';
import {limitsOf, type Preset} from '../../../bench/outcomes/steadfetch.ts';
import {simulate} from '../../../src/simulate/simulate.ts';

const TROUBLED = ['brownout', 'cold-start', 'flapping', 'outage', 'rate-limited', 'spike'];
const MEANT: Readonly<Record<Preset, readonly string[]>> = {
  default: [...TROUBLED, 'slow-tail', 'slowdown', 'steady'],
  interactive: TROUBLED,
  payments: TROUBLED,
  batch: [...TROUBLED, 'quota-burst'],
  llm: ['outage', 'cold-start', 'flapping', 'brownout', 'paid-timeout', 'quota-burst', 'stream-overload'],
};
const RUNS = 3;
/** In points; and chance: four standard errors. */
const BOUND = -0.1;

describe('named scenarios, beside no policy with the same limits', () => {
  for (const [preset, names] of Object.entries(MEANT) as [Preset, readonly string[]][])
    for (const name of names)
      it(`steadfetch:${preset} in ${name}`, async () => {
        const won: number[] = [];
        const seeds: number[] = [];
        const nextSeed = seedsOf(`${preset} in ${name}`);
        for (let run = 0; run < RUNS; run++) {
          const seed = nextSeed();
          seeds.push(seed);
          const of = await simulate({extends: [`steadfetch:${preset}`]}, name, {seed});
          const base = await simulate({...limitsOf(preset), maxAttempts: 1, budget: null, breaker: null}, name, {seed});
          won.push(100 * (of.successRatio - base.successRatio));
        }
        const mean = won.reduce((sum, each) => sum + each, 0) / RUNS;
        const error = Math.sqrt(won.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (RUNS - 1) / RUNS);
        expect(mean + 4 * error, `won ${won.map(each => each.toFixed(2))}, seeds ${seeds}`).to.be.at.least(BOUND);
      });
});
