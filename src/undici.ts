/**
 * The interceptor for undici's dispatchers, wired with OpenTelemetry. Imports nothing of undici.
 *
 * @module
 */
import type {PolicyArgument, PolicyHandle} from './client/policy-handle.ts';
import type {PolicyInput} from './policy/types.ts';
import {observed} from './telemetry/observed.ts';
import {resilienceInterceptor as bareInterceptor, type UndiciPorts} from './undici/interceptor.ts';
import type {Interceptor} from './undici/types.ts';

export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {AttemptRequest, ClassifyInput, Reclassification} from './client/ports.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type {AttemptResponse, ResponseHeaders} from './core/outcome.ts';
export {definePolicy} from './features/everything.ts';
export type {CallOverrides, Policy, PolicyInput} from './policy/types.ts';
export type {UndiciPorts} from './undici/interceptor.ts';
export type {Interceptor} from './undici/types.ts';

/**
 * Makes an interceptor for undici that follows a policy: `new Agent().compose(resilienceInterceptor(policy))`. Needs undici 7 or later.
 * With an OpenTelemetry SDK, each call is a span, and each attempt a span below it.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Default: every field has its default.
 * @param ports  Functions beside the policy, as for `createFetch`, except `fetch`.
 * @throws InvalidPolicyError naming each wrong field: now, not at the first call.
 *
 * @example
 * const agent = new Agent().compose(resilienceInterceptor({deadlineMs: 10_000}));
 * const {statusCode, body} = await request('https://example.com/users', {dispatcher: agent});
 */
export function resilienceInterceptor<Json>(policy?: PolicyArgument<Json>, ports?: UndiciPorts): Interceptor;
export function resilienceInterceptor(policy?: PolicyInput | PolicyHandle, ports: UndiciPorts = {}): Interceptor {
  return bareInterceptor(policy, observed(ports));
}
