/** Conditions on a policy, for tests: what its calls come to in a scenario. */
import {SteadfetchError} from '../core/errors.ts';
import type {JsonPolicy} from '../policy/json-policy.ts';
import type {PolicyInput} from '../policy/types.ts';
import type {Percentiles, SimulationResult} from './result.ts';
import type {ScenarioInput} from './scenario/types.ts';
import {simulate} from './simulate.ts';

/** A policy that conditions are made on. */
export interface PolicyExpectation {
  /**
   * Names the scenario.
   *
   * @param scenario The name of a scenario, such as `outage`, or one of your own.
   * @param seed     Default: that of the scenario.
   */
  under(scenario: ScenarioInput | string, seed?: number): ScenarioExpectation;
}

/**
 * Conditions on a policy in a scenario. The simulation runs once, at the first of them.
 *
 * Each rejects with a SteadfetchError of code UNMET_EXPECTATION where it is not met, with InvalidPolicyError or InvalidScenarioError where the
 * simulation cannot run.
 */
export interface ScenarioExpectation {
  /** At most so many requests per call reach the service. */
  toSendAtMost(requestsPerCall: number): Promise<void>;
  /** At least this share of the calls succeeds, from 0 to 1. */
  toSucceedAtLeast(ratio: number): Promise<void>;
  /** The service processes at most so many requests per call: what a service that charges for its work charges for. */
  toPayAtMost(requestsPerCall: number): Promise<void>;
  /** Calls succeed as before at most so many ms after the trouble of the scenario. */
  toRecoverWithin(ms: number): Promise<void>;
  /** Each named percentile of all calls is at most so many ms; a failed call is infinitely long. */
  toAnswerWithin(percentiles: Readonly<Partial<Percentiles>>): Promise<void>;
}

/**
 * Makes conditions on a policy, for tests.
 *
 * @param policy Plain data, see docs/policy.md.
 *
 * @example
 * const outage = expectPolicy(policy).under('outage');
 * await outage.toSendAtMost(1.1);
 * await outage.toSucceedAtLeast(0.6);
 */
export function expectPolicy<Json>(policy: PolicyInput | JsonPolicy<Json>): PolicyExpectation;
export function expectPolicy(policy: PolicyInput): PolicyExpectation {
  return {
    under: (scenario, seed) => {
      let running: Promise<SimulationResult> | undefined;
      return conditionsOn(() => {
        running ??= simulate(policy, scenario, seed === undefined ? {} : {seed});
        return running;
      });
    },
  };
}

function conditionsOn(run: () => Promise<SimulationResult>): ScenarioExpectation {
  const atMost = async (what: string, most: number, of: (result: SimulationResult) => number): Promise<void> => {
    const result = await run();
    const found = of(result);
    if (!(found <= most)) throw unmet(result, `${what} is ${shown(found)}, and has to be at most ${most}`);
  };
  return {
    toSendAtMost: most => atMost('requests per call', most, ({requestsPerCall}) => requestsPerCall),
    toPayAtMost: most =>
      atMost('paid requests per call', most, ({paidRequests, calls}) => paidRequests / Math.max(1, calls)),
    toRecoverWithin: ms => atMost('the recovery in ms', ms, ({recovery}) => recovery?.afterMs ?? 0),
    async toSucceedAtLeast(ratio) {
      const result = await run();
      if (result.successRatio >= ratio) return;
      throw unmet(result, `success is ${shown(result.successRatio)}, and has to be at least ${ratio}`);
    },
    async toAnswerWithin(percentiles) {
      for (const [name, ms] of Object.entries(percentiles))
        await atMost(`${name} in ms`, ms, ({latencyMs}) => latencyMs.all[name as keyof Percentiles]);
    },
  };
}

const unmet = ({policy, scenario, seed}: SimulationResult, what: string): SteadfetchError =>
  new SteadfetchError('UNMET_EXPECTATION', `${policy} in ${scenario} (seed ${seed}): ${what}.`);

const shown = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(5))) : 'infinite');
