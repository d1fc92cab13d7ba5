/**
 * {@link createFetch} for fetch and {@link resilience} for ky, both wired with OpenTelemetry and for model endpoints too, and the types that all
 * entry points share.
 *
 * @module
 */
import type {PolicyArgument, PolicyHandle} from './client/policy-handle.ts';
import type {Ports} from './client/ports.ts';
import {handleOf} from './features/everything.ts';
import {fetchUnder, type ResilientFetch} from './fetch/fetch-under.ts';
import type {KyPorts} from './ky/ports.ts';
import {optionsUnder} from './ky/resilience.ts';
import type {PolicyInput} from './policy/types.ts';
import {observed} from './telemetry/observed.ts';

export * from './core.ts';
export {definePolicy} from './features/everything.ts';

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
export function resilience<Json>(policy?: PolicyArgument<Json>, ports?: KyPorts): ReturnType<typeof optionsUnder>;
export function resilience(policy?: PolicyInput | PolicyHandle, ports: KyPorts = {}): ReturnType<typeof optionsUnder> {
  return optionsUnder(handleOf(policy, ports), observed(ports));
}
