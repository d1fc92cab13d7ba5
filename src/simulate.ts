/**
 * Simulates policies before they meet production: the real engine on a virtual clock, against the model of a service.
 *
 * @module
 */

export {InvalidPolicyError, type PolicyProblem, SteadfetchError} from './core/errors.ts';
export type {Refusal} from './decide/may-retry.ts';
export type {Policy, PolicyInput} from './policy/types.ts';
export type {SampledAttempt, SampledCall} from './simulate/call-samples.ts';
export type {
  EndpointInterval,
  EndpointResult,
  EndReason,
  Interval,
  Percentiles,
  Recovery,
  SimulationResult,
} from './simulate/result.ts';
export {InvalidScenarioError, scenarioNames} from './simulate/scenario/read.ts';
export type * from './simulate/scenario/types.ts';
export {type SimulateOptions, simulate} from './simulate/simulate.ts';
