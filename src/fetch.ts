/**
 * The fetch adapter, wired with OpenTelemetry. Does not need ky.
 *
 * @module
 */
import type {PolicyArgument, PolicyHandle} from './client/policy-handle.ts';
import type {Ports} from './client/ports.ts';
import {handleOf} from './features/usual.ts';
import {fetchUnder, type ResilientFetch} from './fetch/fetch-under.ts';
import type {PolicyInput} from './policy/types.ts';
import {observed} from './telemetry/observed.ts';

export {type CallReport, reportOf} from './call/report.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {
  AttemptRequest,
  ClassifyInput,
  MovedRequest,
  Ports,
  Reclassification,
  Translation,
} from './client/ports.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type {GuardSnapshot} from './core/guard-snapshot.ts';
export {definePolicy} from './features/usual.ts';
export type {PerCallInit, ResilientFetch, ResilientInit} from './fetch/fetch-under.ts';
export type {CallOverrides, Policy, PolicyInput} from './policy/types.ts';

/**
 * Makes a `fetch` that follows a policy. With an OpenTelemetry SDK, each call is a span, and each attempt a span below it.
 *
 * Resolves with the last response, whatever its status. Rejects with the last error, which is unchanged except for the field `resilience`:
 * the report that says why the call was not retried.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Default: every field has its default.
 * @param ports  Functions beside the policy, each optional: `fetch`, `clock`, `random`, `ids`, `on`, `observer`, `classify`, `prepareAttempt`.
 * @throws InvalidPolicyError naming each wrong field: now, not at the first call.
 *
 * @example
 * const fetch = createFetch({maxAttempts: 4, deadlineMs: 10_000});
 * const response = await fetch('https://example.com/users');
 */
export function createFetch<Json>(policy?: PolicyArgument<Json>, ports?: Ports): ResilientFetch;
export function createFetch(policy?: PolicyInput | PolicyHandle, ports: Ports = {}): ResilientFetch {
  return fetchUnder(handleOf(policy, ports), observed(ports));
}
