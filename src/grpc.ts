/**
 * The interceptor for clients of grpc-js, wired with OpenTelemetry, and the policy as a gRPC service config. For Node.
 *
 * @module
 */
import type {Interceptor} from '@grpc/grpc-js';
import type {PolicyArgument, PolicyHandle} from './client/policy-handle.ts';
import {grpcInterceptor as bareInterceptor} from './grpc/interceptor.ts';
import type {GrpcPorts} from './grpc/ports.ts';
import type {PolicyInput} from './policy/types.ts';
import {followForRpcs} from './telemetry/conventions.ts';
import {observed} from './telemetry/observed.ts';
import {rpcConventions} from './telemetry/rpc-conventions.ts';

export {type CallReport, reportOf} from './call/report.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {AttemptRequest, Reclassification} from './client/ports.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export {definePolicy} from './features/usual.ts';
export type {GrpcClassifyInput, GrpcPorts} from './grpc/ports.ts';
export type {RetryThrottling} from './grpc/retry-throttling.ts';
export {
  type HedgingPolicyConfig,
  type MethodConfigEntry,
  type RetryPolicyConfig,
  type ServiceConfigJson,
  type ServiceConfigResult,
  toServiceConfig,
} from './grpc/service-config.ts';
export type {CallOverrides, Policy, PolicyInput} from './policy/types.ts';

/**
 * Makes an interceptor for clients of grpc-js that follows a policy. With an OpenTelemetry SDK, each call is a span, and each attempt a
 * span below it.
 *
 * Methods with one request are retried until a response has begun. If the server may have acted, they are retried only if the policy says
 * that they may run twice. Methods with a stream of requests are not changed. Errors have a field `resilience`: the report that says why the
 * call was not retried.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Default: every field has its default.
 *   Guards are shared with HTTP clients of the same handle.
 * @param ports  Functions beside the policy, and `origin`, which guards and routes use if the target of the channel does not name it.
 * @throws InvalidPolicyError naming each wrong field: now, not at the first call.
 * @see gRFC A6 (client retries)
 *
 * @example
 * const client = new Greeter('localhost:50051', credentials.createInsecure(), {interceptors: [grpcInterceptor()]});
 */
export function grpcInterceptor<Json>(policy?: PolicyArgument<Json>, ports?: GrpcPorts): Interceptor;
export function grpcInterceptor(policy?: PolicyInput | PolicyHandle, ports: GrpcPorts = {}): Interceptor {
  followForRpcs(rpcConventions);
  return bareInterceptor(policy, observed(ports));
}
