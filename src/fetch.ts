/**
 * The fetch adapter, wired with OpenTelemetry. Does not need ky.
 *
 * @module
 */
import type {PolicyArgument, PolicyHandle} from './client/policy-handle.ts';
import type {Ports} from './client/ports.ts';
import {createFetch as createBareFetch, type ResilientFetch} from './fetch/create-fetch.ts';
import type {PolicyInput} from './policy/types.ts';
import {observed} from './telemetry/observed.ts';

export {type CallReport, reportOf} from './call/report.ts';
export {definePolicy} from './client/define-policy.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {AttemptRequest, ClassifyInput, Ports, Reclassification} from './client/ports.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type {GuardSnapshot} from './core/guard-snapshot.ts';
export type {ResilientFetch, ResilientInit} from './fetch/create-fetch.ts';
export type {CallOverrides, Policy, PolicyInput} from './policy/types.ts';

/**
 * A fetch under a policy, with a span for the call and one for each attempt where an OpenTelemetry SDK is registered.
 *
 * Resolves with the last response, whatever its status; rejects with the last error, untouched but for a `resilience`
 * field that says why it was not sent again.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Left out: the defaults.
 * @param ports  Functions the policy cannot hold: `fetch`, `clock`, `random`, `ids`, `on`, `observer`, `classify`, `prepareAttempt`.
 * @throws InvalidPolicyError at once, not at the first call, naming each wrong field.
 *
 * @example
 * const fetch = createFetch({maxAttempts: 4, deadlineMs: 10_000});
 * const response = await fetch('https://example.com/users');
 */
export function createFetch<Json>(policy?: PolicyArgument<Json>, ports?: Ports): ResilientFetch;
export function createFetch(policy?: PolicyInput | PolicyHandle, ports: Ports = {}): ResilientFetch {
  return createBareFetch(policy, observed(ports));
}
