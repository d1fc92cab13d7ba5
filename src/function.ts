/**
 * A policy for any function, wired with OpenTelemetry.
 *
 * @module
 */
import type {PolicyArgument, PolicyHandle} from './client/policy-handle.ts';
import {guard as bareGuard, type FunctionPorts, type GuardedFunction} from './function/guard.ts';
import type {PolicyInput} from './policy/types.ts';
import {observed} from './telemetry/observed.ts';

export type {Refusal} from './call/decision.ts';
export {type CallReport, reportOf} from './call/report.ts';
export {definePolicy} from './client/define-policy.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {AttemptRequest, ClassifyInput, Reclassification} from './client/ports.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type {FunctionContext} from './function/function-transport.ts';
export type {FunctionCall, FunctionPorts, GuardedFunction} from './function/guard.ts';
export type {CallOverrides, Policy, PolicyInput} from './policy/types.ts';
export type {Answer} from './transport/answer.ts';

/**
 * Gives any function a policy, with a span for the call and one for each attempt where an OpenTelemetry SDK is registered: a database
 * driver, an SDK, a subprocess.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Left out: the defaults.
 * @param ports  `name`, and functions the policy cannot hold: `clock`, `random`, `ids`, `on`, `observer`, `classify`, `prepareAttempt`.
 * @throws InvalidPolicyError at once, not at the first call, naming each wrong field.
 * @throws TypeError for a name that is not one.
 *
 * @example
 * const guarded = guard({deadlineMs: 5000}, {name: 'orders-db'});
 * const rows = await guarded(signal => db.query('SELECT * FROM orders', {signal}), {idempotent: true});
 */
export function guard<Json>(policy?: PolicyArgument<Json>, ports?: FunctionPorts): GuardedFunction;
export function guard(policy?: PolicyInput | PolicyHandle, ports: FunctionPorts = {}): GuardedFunction {
  return bareGuard(policy, observed(ports));
}
