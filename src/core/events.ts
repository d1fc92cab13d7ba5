/** Events of calls, as plain records for logs and metrics. Read-only: a listener can neither change nor break a call. */
import type {AttemptKind, BreakerState, CallResult, CallView} from './call-view.ts';
import {caught, complaintOf} from './complaint.ts';
import type {RejectionCode} from './errors.ts';
import type {FailureKind, Sent} from './outcome.ts';

/** An attempt ended. */
export interface AttemptEndEvent {
  /** Distinguishes the events. */
  readonly type: 'attempt.end';
  /** The call. Its fields are read live. */
  readonly call: CallView;
  /** The number of the attempt; the first is 1. */
  readonly attempt: number;
  /** Why the attempt was sent: first, retry or hedge. */
  readonly kind: AttemptKind;
  /** Name of the endpoint that it was sent to. Undefined if the policy has no `endpoints` for this call. */
  readonly endpoint: string | undefined;
  /** `response`, the kind of the failure, or `superseded` if another attempt answered first. */
  readonly outcome: 'response' | FailureKind | 'superseded';
  /** The HTTP status, or the gRPC code. */
  readonly status: number | undefined;
  /** From the send to the end of the attempt, in ms. */
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
  /** Distinguishes the events. */
  readonly type: 'retry.scheduled';
  /** The call. Its fields are read live. */
  readonly call: CallView;
  /** The number of the retry's attempt: 2 for the first retry. */
  readonly attempt: number;
  /**
   * The wait before the retry, in ms, jitter included. 0 where a quota that learns is held for as long as the server asked: the report has that wait
   * in `queuedMs`.
   */
  readonly waitMs: number;
  /**
   * Where the wait comes from: `backoff`, `retry-after`, `retry-after-ms`, `rate-limit`, `none`; in the body of an error `retry-info`, `estimated-time`,
   * `message`; over gRPC `pushback`, `retry-info`.
   */
  readonly waitSource: string;
  /** The wait that the server asked for, in ms, even if the backoff is longer. Undefined if the server did not ask. */
  readonly retryAfterMs: number | undefined;
  /** Why the attempt before failed, in a word: `503`, `ECONNRESET`, `attempt timeout`. */
  readonly reason: string;
}

/** The failure was transient, but the call is not retried. */
export interface RetryAbandonedEvent {
  /** Distinguishes the events. */
  readonly type: 'retry.abandoned';
  /** The call. Its fields are read live. */
  readonly call: CallView;
  /** Why: `POST without an idempotency key, and the server may have acted (503)`. */
  readonly reason: string;
  /** The wait that the server asked for, in ms. Undefined if the server did not ask. */
  readonly retryAfterMs: number | undefined;
}

/** A hedge is sent. */
export interface HedgeStartedEvent {
  /** Distinguishes the events. */
  readonly type: 'hedge.started';
  /** The call. Its fields are read live. */
  readonly call: CallView;
  /** The number of the hedge's attempt. */
  readonly attempt: number;
  /** How long the attempt before had been in flight, in ms. */
  readonly delayMs: number;
}

/** An attempt goes to another endpoint than the one before, or passes over an endpoint of a better rank. */
export interface CallFailoverEvent {
  /** Distinguishes the events. */
  readonly type: 'call.failover';
  /** The call. Its fields are read live. */
  readonly call: CallView;
  /** The number of the attempt that goes there. */
  readonly attempt: number;
  /** Name of the endpoint that is left. */
  readonly from: string;
  /** Name of the endpoint that is tried next. */
  readonly to: string;
  /** Why: the failure before, as `503` or `ECONNREFUSED`, or `passed over` if nothing was sent. */
  readonly reason: string;
}

/** An attempt joins the queue of a quota, or the line of a breaker. Once it has left, `call.queuedMs` includes its wait. */
export interface CallQueuedEvent {
  /** Distinguishes the events. */
  readonly type: 'call.queued';
  /** The call. Its fields are read live. */
  readonly call: CallView;
  /** The number of the attempt that waits. */
  readonly attempt: number;
  /** What it waits for: its turn in a quota, or the recovery of an origin. */
  readonly guard: 'quota' | 'breaker';
  /** The wait in ms: for a quota an estimate, for a breaker the longest that is left to the call. */
  readonly waitMs: number;
}

/** A guard refused an attempt before it was sent. */
export interface CallRejectedEvent {
  /** Distinguishes the events. */
  readonly type: 'call.rejected';
  /** The call. Its fields are read live. */
  readonly call: CallView;
  /** The `code` of the `RejectedError`. */
  readonly code: RejectionCode;
  /** How long until the guard may admit a call, in ms. Undefined if the guard does not know. */
  readonly retryAfterMs: number | undefined;
}

/** A breaker changed its state. */
export interface BreakerChangedEvent {
  /** Distinguishes the events. */
  readonly type: 'breaker.changed';
  /** The origin, or origin and route, that the breaker protects. */
  readonly guarded: string;
  /** The state before. */
  readonly from: BreakerState;
  /** The state now. */
  readonly to: BreakerState;
}

/** An endpoint with `readyPath` is no longer ready, is ready again, or gave an answer that does not say whether it is. */
export interface EndpointChangedEvent {
  /** Distinguishes the events. */
  readonly type: 'endpoint.changed';
  /** Name of the endpoint. */
  readonly endpoint: string;
  /** Whether calls are sent there. */
  readonly isReady: boolean;
  /**
   * Why it is not ready: `503`, `ECONNREFUSED`, `no answer within 5000 ms`. If it counts as ready although its answer does not say so, the status,
   * such as `404`; else empty.
   */
  readonly reason: string;
}

/**
 * An endpoint was ejected, because it fails or refuses more often than the others of its rank or has failed in a row, or is in rotation again. See
 * `failover.ejection`, and `down` in `failover.on`.
 */
export interface EjectionChangedEvent {
  /** Distinguishes the events. */
  readonly type: 'ejection.changed';
  /** Name of the endpoint. */
  readonly endpoint: string;
  /** How long the endpoint is passed over, in ms: if it failed in a row, until it is tried again; 0 if it is in rotation again. */
  readonly ejectedMs: number;
  /** Why: `12 of 50 attempts failed, and 0 of 100 at the others`, `8 attempts in a row failed`. Empty if the endpoint is in rotation again. */
  readonly reason: string;
}

/** The store of shared guards stopped to answer, or answers again. Without it, each process goes on with its share. */
export interface StoreChangedEvent {
  /** Distinguishes the events. */
  readonly type: 'store.changed';
  /** Whether the store answers. */
  readonly isAvailable: boolean;
  /** Why the store does not answer: `no answer within 20 ms`, or the message of the driver's error, but not if it may repeat credentials. Empty if it answers. */
  readonly reason: string;
}

/**
 * Processes that share guards under one name have other limits for a quota. They count apart, so together they may send the sum. Reported again
 * when the other limits change.
 */
export interface QuotaDiffersEvent {
  /** Distinguishes the events. */
  readonly type: 'quota.differs';
  /** The origin, or origin and route, that the quota protects. */
  readonly guarded: string;
  /** The limits of this process, as JSON. */
  readonly limits: string;
  /** The other limits, in use within the last 90 s, each as JSON. */
  readonly others: readonly string[];
}

/** An option of ky is set and takes precedence over the policy. */
export interface PolicyOverriddenEvent {
  /** Distinguishes the events. */
  readonly type: 'policy.overridden';
  /** The call. Its fields are read live. */
  readonly call: CallView;
  /** The options: `retry`, `timeout`, `totalTimeout`. */
  readonly by: readonly string[];
}

/** The client above has retried, and this policy retries too: attempts multiply. See `nested`. */
export interface RetryNestedEvent {
  /** Distinguishes the events. */
  readonly type: 'retry.nested';
  /** The call. Its fields are read live. */
  readonly call: CallView;
  /** The header that shows it: `x-stainless-retry-count`, `amz-sdk-request`, `x-envoy-attempt-count`, `grpc-previous-rpc-attempts`. */
  readonly header: string;
  /** Retries of the client above before this call. */
  readonly outerRetries: number;
}

/** A call ended. */
export interface CallEndEvent {
  /** Distinguishes the events. */
  readonly type: 'call.end';
  /** The call. Its fields are read live. */
  readonly call: CallView;
  /** How the call ended, in a word. */
  readonly result: CallResult;
  /** The HTTP status or the gRPC code of the answer. Undefined without an answer. */
  readonly status: number | undefined;
  /** From the start of the call to its end, in ms. */
  readonly durationMs: number;
  /** Why the call ended: `all 3 attempts are used (503)`. */
  readonly reason: string;
}

/** An event for a listener, discriminated by `type`. */
export type SteadfetchEvent =
  | AttemptEndEvent
  | RetryScheduledEvent
  | RetryAbandonedEvent
  | HedgeStartedEvent
  | CallFailoverEvent
  | CallQueuedEvent
  | CallRejectedEvent
  | BreakerChangedEvent
  | EndpointChangedEvent
  | EjectionChangedEvent
  | StoreChangedEvent
  | QuotaDiffersEvent
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
  const complain = complaintOf('a listener threw; the call goes on');
  return event => caught(listener, event, complain);
}
