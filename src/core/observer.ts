/**
 * The observer port: who wants spans has to add headers before the wire and to run the wire in a context, so listening
 * to events is not enough. Everything is optional work: where `startCall` returns null, nothing else is called.
 *
 * For read-only listening there is `on(event)`, in events.ts.
 */
import type {AttemptKind, CallResult, CallView} from './call-view.ts';
import type {Outcome} from './outcome.ts';

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
}

export interface CallObserver {
  /** Right before the wire: may add headers. */
  startAttempt(call: CallView, attempt: AttemptStart, headers: HeaderBag): AttemptObserver | null;
  /** Runs a function of the user's that belongs to the call, but to no attempt. */
  run<T>(work: () => T): T;
  /** Something happened between attempts. */
  event(name: CallEventName, facts: CallEventFacts): void;
  /** Exactly once, however the call ended. */
  end(call: CallView, outcome: Outcome, result: CallResult, reason: string): void;
}

export interface AttemptObserver {
  run<T>(wire: () => T): T;
  /** Exactly once. `superseded`: a hedge of the same call won. */
  end(outcome: Outcome, superseded: boolean): void;
}

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
  | 'policy.overridden';

export interface CallEventFacts {
  readonly attempt?: number;
  readonly reason?: string;
  readonly waitMs?: number;
  readonly waitSource?: string;
}
