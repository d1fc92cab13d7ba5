/**
 * The ky adapter, wired with OpenTelemetry. Needs ky 2.1 or later.
 *
 * @module
 */
import type {Options} from 'ky';
import type {PolicyArgument, PolicyHandle} from './client/policy-handle.ts';
import type {KyPorts} from './ky/ports.ts';
import {resilience as bareResilience} from './ky/resilience.ts';
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
export type {KyPorts} from './ky/ports.ts';
export type {CallOverrides, Policy, PolicyInput} from './policy/types.ts';

/**
 * Makes options for ky that follow a policy: `ky.extend(resilience(policy))`. With an OpenTelemetry SDK, each call is a span, and each
 * attempt a span below it.
 *
 * Hooks, `ky.retry()`, `ky.stop` and later `.extend()`s keep working. The options `retry`, `timeout` and `totalTimeout` take precedence over
 * the policy where they are set. A time limit that passed is ky's own `TimeoutError`. Errors have a field `resilience`: the report that
 * says why the call was not retried. If ky is extended twice, the last policy applies.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Default: every field has its default.
 * @param ports  Functions beside the policy, each optional: `clock`, `random`, `ids`, `on`, `observer`, `classify`, `prepareAttempt`.
 * @throws InvalidPolicyError naming each wrong field: now, not at the first call.
 * @throws SteadfetchError with code PEER_PACKAGE if the installed ky is older than 2.1.
 * @see RFC 9110 §9.2.2 (idempotent methods), §10.2.3 (Retry-After)
 *
 * @example
 * const api = ky.extend(resilience({maxAttempts: 4, deadlineMs: 10_000}));
 * await api.get('https://example.com/users').json();
 */
export function resilience<Json>(policy?: PolicyArgument<Json>, ports?: KyPorts): Options;
export function resilience(policy?: PolicyInput | PolicyHandle, ports: KyPorts = {}): Options {
  return bareResilience(policy, observed(ports));
}
