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
import {observed} from './telemetry/observed.ts';

export {type CallReport, reportOf} from './call/report.ts';
export {definePolicy} from './client/define-policy.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {AttemptRequest, Reclassification} from './client/ports.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
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
 * Gives a client of grpc-js a policy, with a span for the call and one for each attempt where an OpenTelemetry SDK is
 * registered: `new Client(address, credentials, {interceptors: [grpcInterceptor(policy)]})`.
 *
 * Methods with one request are retried until a response has begun, and where the server may have acted only if the policy says that
 * they may run twice. Those with a stream of requests pass untouched. Errors
 * carry a `resilience` field that says why the call was not sent again.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`: then guards are shared with its HTTP clients.
 * @param ports  Functions the policy cannot hold, and `origin`, where the channel's target does not show it.
 * @throws InvalidPolicyError at once, not at the first call, naming each wrong field.
 * @see gRFC A6 (client retries)
 *
 * @example
 * const client = new Greeter('localhost:50051', credentials.createInsecure(), {interceptors: [grpcInterceptor()]});
 */
export function grpcInterceptor<Json>(policy?: PolicyArgument<Json>, ports?: GrpcPorts): Interceptor;
export function grpcInterceptor(policy?: PolicyInput | PolicyHandle, ports: GrpcPorts = {}): Interceptor {
  return bareInterceptor(policy, observed(ports));
}
