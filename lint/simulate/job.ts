/** What a simulation takes and returns. Plain data: it passes between threads. */

import type {PolicyInput} from '../../src/policy/types.ts';
import type {EndpointResult, Recovery, SimulationResult} from '../../src/simulate/result.ts';

export interface Job {
  /** The policy as tables and pages call it. */
  readonly name: string;
  readonly input: PolicyInput;
  /** The name of a scenario that comes with the package: `outage`. */
  readonly scenario: string;
  /** Default: that of the scenario. */
  readonly seed?: number;
  /** Whether a page with charts is wanted, besides the numbers. */
  readonly page: boolean;
}

/** The numbers of a policy in a scenario, named as in `SimulationResult`. */
export interface Numbers
  extends Pick<
    SimulationResult,
    'calls' | 'succeeded' | 'successRatio' | 'requests' | 'requestsPerCall' | 'paidRequests' | 'moves'
  > {
  /** `no policy`, or the name of the policy. */
  readonly name: string;
  /** Over all calls; null: so many failed. In ms. */
  readonly latencyMs: {readonly p50: number | null; readonly p95: number | null; readonly p99: number | null};
  /** How many calls ended for each reason. */
  readonly ends: Readonly<Record<string, number>>;
  /** What reached each endpoint; empty where all calls go to one service. */
  readonly endpoints: readonly Omit<EndpointResult, 'timeline'>[];
  /** How often a breaker opened. */
  readonly breakersOpened: number;
  /** From the end of the trouble until calls succeed as before, in ms; null: not within the scenario, or without a trouble that ends. */
  readonly recoveryMs: Recovery['afterMs'] | null;
}

export interface Simulated {
  readonly scenario: string;
  /** What happens in the scenario, in a sentence. */
  readonly description: string;
  readonly seed: number;
  /** First without a policy, then with the policy. */
  readonly results: readonly [Numbers, Numbers];
  /** The results side by side, as `steadfetch simulate` prints them. */
  readonly table: string;
  /** HTML that loads nothing; undefined unless it was wanted. */
  readonly page: string | undefined;
}
