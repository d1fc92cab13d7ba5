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

export interface Observer {
  /** Before the first attempt. Runs in the caller's context. */
  startCall(call: CallView): CallObserver | null;
  /** A client was made. Its guards are to be held weakly, or they would outlive it. Clients can share them. */
  watch?(guards: GuardsView, clock: Clock): void;
}

export interface CallObserver {
  /** Called right before the request is sent; may add headers. */
  startAttempt(call: CallView, attempt: AttemptStart, headers: HeaderBag): AttemptObserver | null;
  /** Runs a function of the user's that belongs to the call, but to no attempt. */
  run<T>(work: () => T): T;
  /** Something happened between attempts. */
  event(name: CallEventName, facts: CallEventFacts): void;
  /** Exactly once, however the call ended. `reason`: why it ended here, in words. */
  end(call: CallView, outcome: Outcome, result: CallResult, reason: string, durationMs: number): void;
}

export interface AttemptObserver {
  run<T>(send: () => T): T;
  /** Exactly once. `superseded`: another attempt of the same call was answered first. */
  end(outcome: Outcome, superseded: boolean, latencyMs: number): void;
  /** The caller got the response, and its body is still to be read. The call has ended by then. */
  startBody?(): BodyObserver | null;
}

export interface BodyObserver {
  /** Exactly once. `left`: the caller did not read the rest. */
  end(how: BodyEnd): void;
}

export type BodyEnd = 'read' | 'left' | FailureKind;

export interface AttemptStart {
  /** 1 for the first. */
  readonly number: number;
  readonly kind: AttemptKind;
  /** The attempt that a hedge shadows. */
  readonly shadows: AttemptObserver | null;
}

export type CallEventName =
  | 'retry.scheduled'
  | 'retry.abandoned'
  | 'hedge.started'
  | 'breaker.rejected'
  | 'policy.overridden'
  | 'retry.nested';

export interface CallEventFacts {
  readonly attempt?: number;
  readonly reason?: string;
  readonly waitMs?: number;
  readonly waitSource?: string;
}
