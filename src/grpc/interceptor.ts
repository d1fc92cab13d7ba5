/** The gRPC adapter: the same call and the same loop, as an interceptor of grpc-js's clients. */
import * as grpc from '@grpc/grpc-js';
import {Client} from '../client/client.ts';
import type {PolicyArgument, PolicyHandle} from '../client/policy-handle.ts';
import {refuseEndpoints} from '../client/refuse-endpoints.ts';
import {SteadfetchError} from '../core/errors.ts';
import {grpcAnswers} from '../decide/answers-grpc.ts';
import {handleOf} from '../features/usual.ts';
import type {PolicyInput} from '../policy/types.ts';
import {GrpcCall} from './grpc-call.ts';
import {checkedOrigin, clientPorts, type GrpcPorts} from './ports.ts';

/**
 * Gives a client of grpc-js a policy: `new Client(address, credentials, {interceptors: [grpcInterceptor(policy)]})`.
 *
 * Methods with one request are retried until a response has begun, and where the server may have acted only if the policy says that
 * they may run twice. Those with a stream of requests pass untouched. Errors
 * carry a `resilience` field that says why the call was not sent again.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`: then guards are shared with its HTTP clients.
 * @param ports  Functions the policy cannot hold, and `origin`, where the channel's target does not show it.
 * @throws InvalidPolicyError at once, not at the first call, naming each wrong field.
 * @throws SteadfetchError with code PEER_PACKAGE where the installed grpc-js is older than 1.10.
 * @see gRFC A6 (client retries)
 *
 * @example
 * const client = new Greeter('localhost:50051', credentials.createInsecure(), {interceptors: [grpcInterceptor()]});
 */
export function grpcInterceptor<Json>(policy?: PolicyArgument<Json>, ports?: GrpcPorts): grpc.Interceptor;
export function grpcInterceptor(policy?: PolicyInput | PolicyHandle, ports: GrpcPorts = {}): grpc.Interceptor {
  requireGrpc();
  const handle = handleOf(policy, ports);
  refuseEndpoints(
    handle,
    'a gRPC channel sends to its own target: list the addresses in the target, or in its name service',
  );
  const client = new Client(handle, clientPorts(ports), grpcAnswers);
  const origin = checkedOrigin(ports.origin);
  return ({resilience, ...options}, nextCall) =>
    options.method_definition.requestStream
      ? new grpc.InterceptingCall(nextCall(options))
      : new GrpcCall(client, options, nextCall, resilience, origin);
}

/** `ServerInterceptingCall` exists from grpc-js 1.10 on, the oldest version that was tried. */
function requireGrpc(): void {
  if ('ServerInterceptingCall' in grpc) return;
  throw new SteadfetchError(
    'PEER_PACKAGE',
    'grpcInterceptor() needs @grpc/grpc-js 1.10 or later, and the installed version is older: run "npm install @grpc/grpc-js@1".',
  );
}
