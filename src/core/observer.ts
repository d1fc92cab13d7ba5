/**
 * The observer port: spans need headers on the request, and the request sent in a context, so listening
 * to events is not enough. Everything is optional work: where `startCall` returns null, nothing else is called.
 *
 * For read-only listening there is `on(event)`, in events.ts.
 */
import type {AttemptKind, CallResult, CallView} from './call-view.ts';
import type {GuardsView} from './guard-snapshot.ts';
import type {FailureKind, Outcome} from './outcome.ts';
import type {Clock} from './timer.ts';

/** The headers of one attempt. Names are compared without case. */
export interface HeaderBag {
  get(name: string): string | null;
  has(name: string): boolean;
  set(name: string, value: string): void;
  delete(name: string): void;
}

/** The `observer` port: may add headers to requests and run them in a context of its own, as tracing needs. */
export interface Observer {
  /** Called before the first attempt, in the caller's context. null: this call is not observed. */
  startCall(call: CallView): CallObserver | null;
  /** Called when a client is made. Hold the guards by a WeakRef, or they outlive the client. Clients can share guards. */
  watch?(guards: GuardsView, clock: Clock): void;
}

/** Observes one call. */
export interface CallObserver {
  /** Called right before the request is sent; may add headers. null: this attempt is not observed. */
  startAttempt(call: CallView, attempt: AttemptStart, headers: HeaderBag): AttemptObserver | null;
  /** Runs a function of the user that belongs to the call but to no attempt, and returns its result. */
  run<T>(work: () => T): T;
  /** Called for each event between attempts. */
  event(name: CallEventName, facts: CallEventFacts): void;
  /** Called exactly once. `reason` is the reason in the call report. */
  end(call: CallView, outcome: Outcome, result: CallResult, reason: string, durationMs: number): void;
  /** Called exactly once after `end`, and only for gRPC calls, right before the caller gets the status: for a stream, when it is over. */
  closed?(end: RpcEnd): void;
}

/** The end of a gRPC call. */
export interface RpcEnd {
  /** The code that the caller gets. */
  readonly code: number;
  /** Whether the caller cancelled the call. */
  readonly isCancelled: boolean;
  /** From the start of the call, in ms. */
  readonly durationMs: number;
}

/** Observes one attempt. */
export interface AttemptObserver {
  /** Sends the request, in the context of the attempt, and returns the result of `send`. */
  run<T>(send: () => T): T;
  /** Called exactly once. `superseded`: another attempt of the same call was answered first. */
  end(outcome: Outcome, superseded: boolean, latencyMs: number): void;
  /** Called before `end`, when the first content of a stream came that `stream` held. `afterMs`: milliseconds since the send. */
  firstContent?(afterMs: number): void;
  /** Called when the caller gets the response, before its body is read. The call has ended. */
  startBody?(): BodyObserver | null;
}

/** Observes the body of a response. */
export interface BodyObserver {
  /** Called exactly once. `error`: what broke the body, if that is known. */
  end(how: BodyEnd, error?: unknown): void;
}

/** How a body ended: read to its end, left unread in part, or failed. */
export type BodyEnd = 'read' | 'left' | FailureKind;

/** An attempt that is about to be sent. */
export interface AttemptStart {
  /** 1 for the first. */
  readonly number: number;
  /** Why the attempt is sent: first, retry or hedge. */
  readonly kind: AttemptKind;
  /** The attempt that a hedge runs beside; null for other attempts. */
  readonly shadows: AttemptObserver | null;
  /** Where the attempt goes; undefined if the call has one endpoint alone. */
  readonly endpoint?: AttemptEndpoint | undefined;
}

/** The endpoint of an attempt. */
export interface AttemptEndpoint {
  /** As in the policy. */
  readonly name: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** The URL of the attempt, without credentials, secrets in the query, and the fragment. */
  readonly url: string;
}

/** The events between the attempts of a call. */
export type CallEventName =
  | 'retry.scheduled'
  | 'retry.abandoned'
  | 'hedge.started'
  | 'call.failover'
  | 'call.queued'
  | 'breaker.rejected'
  | 'policy.overridden'
  | 'retry.nested';

/** The facts of such an event, as far as it has them. */
export interface CallEventFacts {
  /** The number of the attempt to come. */
  readonly attempt?: number;
  /** Why, in a few words. */
  readonly reason?: string;
  /** The wait, in ms. */
  readonly waitMs?: number;
  /** Where the wait comes from, as in `RetryScheduledEvent`. */
  readonly waitSource?: string;
  /** Name of the endpoint that is left. */
  readonly from?: string;
  /** Name of the endpoint that is tried next. */
  readonly to?: string;
}
