/**
 * Calls that come in bursts, as jobs and page loads make them: between two bursts nothing is asked for, so the first call of a burst shows
 * whether an outage is over, and the others wait for its answer.
 */
import {expect} from 'chai';
import {seedsOf} from '../../../bench/outcomes/run.ts';
import type {PolicyInput} from '../../../src/policy/types.ts';
import type {ScenarioInput} from '../../../src/simulate/scenario/types.ts';
import {simulate} from '../../../src/simulate/simulate.ts';

const SEEDS = 5;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Bursts {
  readonly calls: number;
  readonly everyMs: number;
  /** A status, or the kind of the fault. */
  readonly fault: 503 | 'refused' | 'hang';
  readonly outageMs: number;
}

const CASES: readonly Bursts[] = [
  {calls: 6, everyMs: 10_000, fault: 503, outageMs: 3 * MINUTE},
  {calls: 30, everyMs: 10_000, fault: 503, outageMs: MINUTE},
  {calls: 100, everyMs: MINUTE, fault: 503, outageMs: 10 * MINUTE},
  {calls: 100, everyMs: MINUTE, fault: 'refused', outageMs: 10 * MINUTE},
  {calls: 20, everyMs: MINUTE, fault: 'hang', outageMs: 5 * MINUTE},
  {calls: 100, everyMs: HOUR, fault: 503, outageMs: 5 * HOUR},
];

/** As many bursts before the outage and after it as in it, each of a tenth of a second. */
function scenarioOf({calls, everyMs, fault, outageMs}: Bursts): ScenarioInput {
  const kind = fault === 503 ? ({kind: 'status', status: fault} as const) : {kind: fault};
  const durationMs = 3 * outageMs;
  const phases = Array.from({length: Math.floor(durationMs / everyMs)}, (_, burst) => {
    const fromMs = (burst + 0.5) * everyMs;
    return {fromMs, toMs: fromMs + 100, perSecond: calls * 10};
  });
  return {
    durationMs,
    traffic: {perSecond: 1e-6, clients: 1, phases},
    service: {
      latencyMs: {kind: 'lognormal', medianMs: 300, sigma: 0.4},
      faults: [{...kind, fromMs: outageMs, toMs: 2 * outageMs}],
    },
  };
}

async function answered(policy: PolicyInput, scenario: ScenarioInput, seeds: readonly number[]): Promise<number> {
  let share = 0;
  for (const seed of seeds) share += (await simulate(policy, scenario, {seed})).successRatio! / seeds.length;
  return 100 * share;
}

describe('calls in bursts around an outage', () => {
  for (const preset of ['default', 'interactive'])
    for (const bursts of CASES) {
      const {calls, everyMs, fault, outageMs} = bursts;
      const what = `${calls} every ${everyMs / 1000} s, ${fault} for ${outageMs / 1000} s`;
      it(`are answered as often under ${preset} as under no policy: ${what}`, async () => {
        const seeds = Array.from({length: SEEDS}, seedsOf(`${preset}, ${what}`));
        const extended = [`steadfetch:${preset}`] as PolicyInput['extends'];
        const ours = await answered({extends: extended}, scenarioOf(bursts), seeds);
        const plain = await answered(
          {extends: extended, maxAttempts: 1, budget: null, breaker: null},
          scenarioOf(bursts),
          seeds,
        );
        expect(ours, `seeds ${seeds}`).to.be.at.least(plain - 1);
      });
    }
});
