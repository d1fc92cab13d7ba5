/**
 * The ky adapter, wired with OpenTelemetry. Needs ky 2.1 or later.
 *
 * @module
 */
import type {Options} from 'ky';
import type {PolicyArgument, PolicyHandle} from './client/policy-handle.ts';
import type {Ports} from './client/ports.ts';
import {resilience as bareResilience} from './ky/resilience.ts';
import type {PolicyInput} from './policy/types.ts';
import {observed} from './telemetry/observed.ts';

export {type CallReport, reportOf} from './call/report.ts';
export {definePolicy} from './client/define-policy.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {AttemptRequest, ClassifyInput, Ports, Reclassification} from './client/ports.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type {GuardSnapshot} from './core/guard-snapshot.ts';
export type {CallOverrides, Policy, PolicyInput} from './policy/types.ts';

/**
 * Gives ky a retry policy: `ky.extend(resilience(policy))`, with a span for the call and one for each attempt where an
 * OpenTelemetry SDK is registered.
 *
 * ky's hooks, `ky.retry()`, `ky.stop`, later `.extend()`s and per-call `retry`, `timeout`, `totalTimeout` keep working; an
 * explicit one of these wins over the policy. Time that ran out surfaces as ky's own `TimeoutError`. Errors carry a
 * `resilience` field that says why the call was not sent again. Extended twice, the last policy is the one that runs.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Durations are milliseconds. Left out: the defaults.
 * @param ports  Functions the policy cannot hold: `clock`, `random`, `ids`, `on`, `observer`, `classify`, `prepareAttempt`.
 * @throws InvalidPolicyError at once, not at the first call, naming each wrong field.
 * @see RFC 9110 §9.2.2 (which methods may be sent again), §10.2.3 (Retry-After)
 *
 * @example
 * const api = ky.extend(resilience({maxAttempts: 4, deadlineMs: 10_000}));
 * await api.get('https://example.com/users').json();
 */
export function resilience<Json>(policy?: PolicyArgument<Json>, ports?: Omit<Ports, 'fetch'>): Options;
export function resilience(policy?: PolicyInput | PolicyHandle, ports: Omit<Ports, 'fetch'> = {}): Options {
  return bareResilience(policy, observed(ports));
}
