/**
 * `createFetch` of `steadfetch/fetch` without what few policies need: two thirds of its size. Has retries, time limits, keys, budgets and the adaptive
 * breaker; checks policies. Other features are allowed by functions of `steadfetch/features`. Imports no OpenTelemetry.
 *
 * @module
 */
import type {PolicyArgument, PolicyHandle} from './client/policy-handle.ts';
import type {Ports} from './client/ports.ts';
import {handleOf} from './features/chosen.ts';
import {fetchUnder, type ResilientFetch} from './fetch/fetch-under.ts';
import type {PolicyInput} from './policy/types.ts';

export {type CallReport, reportOf} from './call/report.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {Ports} from './client/ports.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export {definePolicy} from './features/chosen.ts';
export type {PerCallInit, ResilientFetch, ResilientInit} from './fetch/fetch-under.ts';
export type {CallOverrides, Policy, PolicyInput} from './policy/types.ts';

/**
 * Makes a `fetch` that follows a policy, as `createFetch` of `steadfetch/fetch` does.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Default: every field has its default.
 * @param ports  Functions beside the policy, each optional: `fetch`, `clock`, `random`, `ids`, `on`, `observer`, `classify`, `prepareAttempt`.
 * @throws InvalidPolicyError naming each wrong field: now, not at the first call.
 * @throws SteadfetchError with code INVALID_POLICY, naming the function to call, if the policy has a feature that the program has not allowed.
 *
 * @example
 * const fetch = createFetch({maxAttempts: 4, deadlineMs: 10_000});
 * const response = await fetch('https://example.com/users');
 */
export function createFetch<Json>(policy?: PolicyArgument<Json>, ports?: Ports): ResilientFetch;
export function createFetch(policy?: PolicyInput | PolicyHandle, ports: Ports = {}): ResilientFetch {
  return fetchUnder(handleOf(policy, ports), ports);
}
