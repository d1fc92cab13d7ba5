/** What happened, as plain records for logs and metrics. Read-only: a listener cannot change a call, nor break it. */
import {isPromise} from './awaitable.ts';
import type {AttemptKind, BreakerState, CallResult, CallView} from './call-view.ts';
import type {RejectionCode} from './errors.ts';
import type {FailureKind, Sent} from './outcome.ts';

/** An attempt ended. */
export interface AttemptEndEvent {
  readonly type: 'attempt.end';
  readonly call: CallView;
  /** The number of the attempt; the first is 1. */
  readonly attempt: number;
  readonly kind: AttemptKind;
  readonly outcome: 'response' | FailureKind | 'superseded';
  /** The HTTP status, or the gRPC code. */
  readonly status: number | undefined;
  readonly latencyMs: number;
  /** The classification in a word: `503`, `ECONNRESET`, `attempt timeout`, `success`. */
  readonly reason: string;
  /** Whether a retry may succeed. False for a success. */
  readonly transient: boolean;
  /** Whether the server may have acted: `not-sent`, `not-processed`, `maybe-processed`, `processed`. */
  readonly sent: Sent;
}

/** A retry will follow after a wait. */
export interface RetryScheduledEvent {
  readonly type: 'retry.scheduled';
  readonly call: CallView;
  /** The number of the retry's attempt: 2 for the first retry. */
  readonly attempt: number;
  readonly waitMs: number;
  /**
   * Where the wait comes from: `backoff`, `retry-after`, `retry-after-ms`, `rate-limit`, `none`; in the body of an error `retry-info`, `estimated-time`,
   * `message`; over gRPC `pushback`, `retry-info`.
   */
  readonly waitSource: string;
  /** The wait that the server asked for, in ms, even if the backoff is longer. Undefined if the server did not ask. */
  readonly retryAfterMs: number | undefined;
  readonly reason: string;
}

/** The failure was transient, but the call is not retried. */
export interface RetryAbandonedEvent {
  readonly type: 'retry.abandoned';
  readonly call: CallView;
  /** Why: `POST without an idempotency key, and the server may have acted (503)`. */
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
}

/** A hedge is sent. */
export interface HedgeStartedEvent {
  readonly type: 'hedge.started';
  readonly call: CallView;
  /** The number of the hedge's attempt. */
  readonly attempt: number;
  /** How long the attempt before had been in flight, in ms. */
  readonly delayMs: number;
}

/** An attempt joins the line of a quota. `call.queuedMs` says later how long it waited. */
export interface CallQueuedEvent {
  readonly type: 'call.queued';
  readonly call: CallView;
  /** The attempt to come. */
  readonly attempt: number;
  /** How long it will wait, as far as is known. */
  readonly waitMs: number;
}

/** A guard refused an attempt before it was sent. */
export interface CallRejectedEvent {
  readonly type: 'call.rejected';
  readonly call: CallView;
  readonly code: RejectionCode;
  readonly retryAfterMs: number | undefined;
}

/** A breaker changed its state. */
export interface BreakerChangedEvent {
  readonly type: 'breaker.changed';
  /** The origin, or origin and route, that the breaker protects. */
  readonly guarded: string;
  readonly from: BreakerState;
  readonly to: BreakerState;
}

/** An option of ky is set and takes precedence over the policy. */
export interface PolicyOverriddenEvent {
  readonly type: 'policy.overridden';
  readonly call: CallView;
  /** The options: `retry`, `timeout`, `totalTimeout`. */
  readonly by: readonly string[];
}

/** The client above has retried, and this policy retries too: attempts multiply. See `nested`. */
export interface RetryNestedEvent {
  readonly type: 'retry.nested';
  readonly call: CallView;
  /** The header that shows it: `x-stainless-retry-count`, `amz-sdk-request`, `x-envoy-attempt-count`, `grpc-previous-rpc-attempts`. */
  readonly header: string;
  /** How often the client above has retried before this call. */
  readonly outerRetries: number;
}

/** A call ended. */
export interface CallEndEvent {
  readonly type: 'call.end';
  readonly call: CallView;
  readonly result: CallResult;
  readonly status: number | undefined;
  readonly durationMs: number;
  /** Why the call ended: `all 3 attempts are used (503)`. */
  readonly reason: string;
}

/** What a listener is called with, discriminated by `type`. */
export type SteadfetchEvent =
  | AttemptEndEvent
  | RetryScheduledEvent
  | RetryAbandonedEvent
  | HedgeStartedEvent
  | CallQueuedEvent
  | CallRejectedEvent
  | BreakerChangedEvent
  | PolicyOverriddenEvent
  | RetryNestedEvent
  | CallEndEvent;

/** The `on` port. It cannot change a call; what it throws is caught. */
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
