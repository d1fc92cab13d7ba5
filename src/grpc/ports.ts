/** Ports of the gRPC adapter: those of the engine, with statuses where HTTP has responses. */
import type {StatusObject} from '@grpc/grpc-js';
import type {ClassifyInput, Ports, Reclassification} from '../client/ports.ts';
import type {Awaitable} from '../core/awaitable.ts';
import {normaliseOrigin} from '../policy/routes.ts';
import type {CallOverrides} from '../policy/types.ts';
import type {RpcAttempt} from './attempt.ts';

// Here, because the public types lead here: it has to be seen wherever the entry is imported.
declare module '@grpc/grpc-js' {
  interface CallOptions {
    /** Fields of the policy that this call changes. See steadfetch's docs/policy.md, Overrides of one call. */
    resilience?: CallOverrides | undefined;
  }
}

/** The outcome of an attempt, for `classify`, which is not called for a stream that has begun. */
export interface GrpcClassifyInput extends Omit<ClassifyInput, 'response'> {
  /** The status that the server ended the attempt with; null if it did not end it. */
  readonly status: StatusObject | null;
  /** The response message of a method that does not stream responses. */
  readonly message: unknown;
}

/** The functions beside a policy, and the origin. Each is optional. */
export interface GrpcPorts extends Omit<Ports, 'fetch' | 'classify' | 'translate'> {
  /** Classifies what the policy cannot, such as an OK whose message has an error. May be asynchronous; bounded by the deadline. */
  readonly classify?: (outcome: GrpcClassifyInput) => Awaitable<Reclassification | undefined>;
  /**
   * The origin for guards and routes. Default: that of the channel's target. `host:50051` gives `http://host:50051`; `host` and `host:443`
   * give `https://host`.
   */
  readonly origin?: string;
}

export function clientPorts({classify, origin: _, ...ports}: GrpcPorts): Omit<Ports<RpcAttempt>, 'fetch'> {
  return classify === undefined ? ports : {...ports, classify: input => askUser(classify, input)};
}

function askUser(
  classify: NonNullable<GrpcPorts['classify']>,
  {response: answer, ...input}: ClassifyInput<RpcAttempt>,
): Awaitable<Reclassification | undefined> {
  if (answer !== null && answer.end === null) return undefined;
  return classify({...input, status: answer?.end ?? null, message: answer?.message});
}

/** @throws TypeError */
export function checkedOrigin(origin: string | undefined): string | undefined {
  const normal = origin === undefined ? undefined : normaliseOrigin(origin);
  if (origin !== undefined && (normal === undefined || normal === 'null'))
    throw new TypeError(`The origin has to be one such as "https://api.example.com", got ${JSON.stringify(origin)}.`);
  return normal;
}
