/**
 * A policy for any function, wired with OpenTelemetry.
 *
 * @module
 */
import type {PolicyArgument, PolicyHandle} from './client/policy-handle.ts';
import {guard as bareGuard, type FunctionPorts, type GuardedFunction} from './function/guard.ts';
import type {PolicyInput} from './policy/types.ts';
import {observed} from './telemetry/observed.ts';

export {type CallReport, reportOf} from './call/report.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {AttemptRequest, ClassifyInput, Reclassification} from './client/ports.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type {Refusal} from './decide/may-retry.ts';
export {definePolicy} from './features/everything.ts';
export type {FunctionContext} from './function/function-transport.ts';
export type {FunctionCall, FunctionPorts, GuardedFunction} from './function/guard.ts';
export type {CallOverrides, Policy, PolicyInput} from './policy/types.ts';
export type {Answer} from './transport/answer.ts';

/**
 * Makes a function that runs other functions under a policy: a query, a method of an SDK, a subprocess. With an OpenTelemetry SDK, each
 * call is a span, and each attempt a span below it.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Default: every field has its default.
 * @param ports  `name`, and functions beside the policy, each optional: `clock`, `random`, `ids`, `on`, `observer`, `classify`, `prepareAttempt`.
 * @throws InvalidPolicyError naming each wrong field: now, not at the first call.
 * @throws TypeError for an invalid name.
 *
 * @example
 * const guarded = guard({deadlineMs: 5000}, {name: 'orders-db'});
 * const rows = await guarded(signal => db.query('SELECT * FROM orders', {signal}), {idempotent: true});
 */
export function guard<Json>(policy?: PolicyArgument<Json>, ports?: FunctionPorts): GuardedFunction;
export function guard(policy?: PolicyInput | PolicyHandle, ports: FunctionPorts = {}): GuardedFunction {
  return bareGuard(policy, observed(ports));
}
