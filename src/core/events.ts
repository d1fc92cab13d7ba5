/** What happened, as plain records for logs and metrics. Read-only: a listener cannot change a call, nor break it. */
import {isPromise} from './awaitable.ts';
import type {AttemptKind, BreakerState, CallResult, CallView} from './call-view.ts';
import type {FailureKind} from './outcome.ts';

/** One attempt ended. */
export interface AttemptEndEvent {
  readonly type: 'attempt.end';
  readonly call: CallView;
  readonly attempt: number;
  readonly kind: AttemptKind;
  readonly outcome: 'response' | FailureKind | 'superseded';
  /** The HTTP status, or the gRPC code. */
  readonly status: number | undefined;
  readonly latencyMs: number;
  /** What was made of it: `503`, `ECONNRESET`, `attempt timeout`, `success`. */
  readonly reason: string;
}

/** The call will be sent again. */
export interface RetryScheduledEvent {
  readonly type: 'retry.scheduled';
  readonly call: CallView;
  /** The attempt to come. */
  readonly attempt: number;
  readonly waitMs: number;
  /** Who said how long: `backoff`, `retry-after`, `retry-after-ms`, `rate-limit`, `none`; over gRPC `pushback`, `retry-info`. */
  readonly waitSource: string;
  /** What the server asked for, also where the backoff is longer; undefined where it said nothing. */
  readonly retryAfterMs: number | undefined;
  readonly reason: string;
}

/** The outcome was transient, and yet the call is not sent again. */
export interface RetryAbandonedEvent {
  readonly type: 'retry.abandoned';
  readonly call: CallView;
  /** In words: `POST without an idempotency key, and the server may have acted (503)`. */
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
}

export interface HedgeStartedEvent {
  readonly type: 'hedge.started';
  readonly call: CallView;
  readonly attempt: number;
  readonly delayMs: number;
}

/** A guard refused an attempt before it was sent. */
export interface CallRejectedEvent {
  readonly type: 'call.rejected';
  readonly call: CallView;
  readonly code: 'CIRCUIT_OPEN' | 'CONCURRENCY_LIMIT' | 'ORIGIN_HELD';
  readonly retryAfterMs: number | undefined;
}

export interface BreakerChangedEvent {
  readonly type: 'breaker.changed';
  /** The origin, or origin and route, it stands before. */
  readonly guarded: string;
  readonly from: BreakerState;
  readonly to: BreakerState;
}

/** An option of ky's own was set and wins over the policy. */
export interface PolicyOverriddenEvent {
  readonly type: 'policy.overridden';
  readonly call: CallView;
  /** `retry`, `timeout`, `totalTimeout`. */
  readonly by: readonly string[];
}

/** The client above has retried, and this policy retries too: attempts multiply. See `nested`. */
export interface RetryNestedEvent {
  readonly type: 'retry.nested';
  readonly call: CallView;
  /** The header that tells: `x-stainless-retry-count`, `amz-sdk-request`, `x-envoy-attempt-count`, `grpc-previous-rpc-attempts`. */
  readonly header: string;
  /** How often the client above has retried before this call. */
  readonly outerRetries: number;
}

export interface CallEndEvent {
  readonly type: 'call.end';
  readonly call: CallView;
  readonly result: CallResult;
  readonly status: number | undefined;
  readonly durationMs: number;
  /** Why it ended here, in words. */
  readonly reason: string;
}

export type SteadfetchEvent =
  | AttemptEndEvent
  | RetryScheduledEvent
  | RetryAbandonedEvent
  | HedgeStartedEvent
  | CallRejectedEvent
  | BreakerChangedEvent
  | PolicyOverriddenEvent
  | RetryNestedEvent
  | CallEndEvent;

export type Listener = (event: SteadfetchEvent) => void;

/**
 * Wraps a listener so that an exception of it does not end the call. The first exception is written to the console.
 *
 * @internal
 */
export function guarded(listener: Listener): Listener {
  let complained = false;
  const complain = (error: unknown): void => {
    if (complained) return;
    complained = true;
    console.error('steadfetch: the on(event) listener threw; the call goes on, and this is said once.', error);
  };
  return event => {
    try {
      const said: unknown = listener(event);
      if (isPromise(said)) said.then(undefined, complain); // An async function fits the type.
    } catch (error) {
      complain(error);
    }
  };
}
