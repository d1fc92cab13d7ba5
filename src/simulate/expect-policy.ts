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
 * simulation cannot run, and with a RangeError for a limit that can never be met or broken, such as a success of 97.
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
  /** A scenario without calls would meet every condition on calls. */
  const ran = async (): Promise<SimulationResult> => {
    const result = await run();
    if (result.calls === 0) throw unmet(result, 'no call began, so there is nothing to expect of calls');
    return result;
  };
  const atMost = async (what: string, most: number, of: (result: SimulationResult) => number): Promise<void> => {
    const result = await ran();
    const found = of(result);
    if (!(found <= most)) throw unmet(result, `${what} is ${shown(found)}, and has to be at most ${most}`);
  };
  return {
    async toSendAtMost(most) {
      checkLimit('toSendAtMost', most);
      await atMost('requests per call', most, ({requestsPerCall}) => requestsPerCall);
    },
    async toPayAtMost(most) {
      checkLimit('toPayAtMost', most);
      await atMost('paid requests per call', most, ({paidRequests, calls}) => paidRequests / calls);
    },
    async toRecoverWithin(ms) {
      checkLimit('toRecoverWithin', ms);
      const result = await ran();
      if (result.recovery === null)
        throw unmet(result, 'the scenario has no trouble that ends, so there is nothing to recover from');
      await atMost('the recovery in ms', ms, () => result.recovery!.afterMs);
    },
    async toSucceedAtLeast(ratio) {
      if (!(ratio >= 0 && ratio <= 1))
        throw new RangeError(`toSucceedAtLeast takes a share of the calls from 0 to 1, got ${ratio}.`);
      const result = await ran();
      if (result.successRatio >= ratio) return;
      throw unmet(result, `success is ${shown(result.successRatio)}, and has to be at least ${ratio}`);
    },
    async toAnswerWithin(percentiles) {
      const limits = Object.entries(percentiles);
      if (limits.length === 0) throw new RangeError(`toAnswerWithin takes one of ${PERCENTILES.join(', ')} or more.`);
      for (const [name, ms] of limits) {
        if (!isPercentile(name))
          throw new RangeError(`toAnswerWithin knows ${PERCENTILES.join(', ')}, got ${JSON.stringify(name)}.`);
        checkLimit(`toAnswerWithin of ${name}`, ms);
        await atMost(`${name} in ms`, ms, ({latencyMs}) => latencyMs.all[name]);
      }
    },
  };
}

const PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p999'] as const satisfies readonly (keyof Percentiles)[];

const isPercentile = (name: string): name is keyof Percentiles => PERCENTILES.some(each => each === name);

/** Infinity would be a condition that nothing can break. */
function checkLimit(name: string, limit: number): void {
  if (!(limit >= 0 && limit < Number.POSITIVE_INFINITY))
    throw new RangeError(`${name} takes a number from 0, got ${limit}.`);
}

const unmet = ({policy, scenario, seed}: SimulationResult, what: string): SteadfetchError =>
  new SteadfetchError('UNMET_EXPECTATION', `${policy} in ${scenario} (seed ${seed}): ${what}.`);

const shown = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(5))) : 'infinite');
