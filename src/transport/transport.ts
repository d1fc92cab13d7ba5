/** What a door lends a call: a way to put attempts on the wire, and the words of its own world for time that ran out. */

import type {TimeoutError} from '../core/errors.ts';
import type {HeaderBag} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import type {Redirected} from '../decide/redirected.ts';
import type {Sent} from '../decide/verdict.ts';

/** Who waits for the call to end. */
export interface Caller {
  /** Exactly once. */
  settle(outcome: Outcome): void;
}

/** Tells one attempt that it is over. As much of an AbortController as the engine asks. */
export interface Stopper {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/** One attempt, ready to go. */
export interface Sendable {
  /** Written before it is sent; never shared with an attempt in flight. */
  readonly headers: HeaderBag;
  /**
   * Called when the headers are written. A promise is waited for before the attempt is sent and its time begins; where it rejects, the
   * attempt is not sent.
   * Left out, or undefined: the attempt is sent at once.
   */
  ready?(): Promise<void> | undefined;
  /**
   * Never called twice. May throw or reject with anything.
   *
   * @param endsAt When the attempt's time is over, on the engine's clock; NaN where it has no limit.
   */
  send(signal: AbortSignal | undefined, endsAt: number): Promise<Response>;
}

export interface Wire {
  /** The caller's signal, or one that follows it. */
  readonly signal: AbortSignal | null;
  /** Whether that signal lives no longer than the call: then fetch may have it as it is. */
  readonly signalIsOurs: boolean;
  /**
   * Whether the body can be sent again: null until that is known, where it has to be read first.
   * Asked only when a resend is due.
   */
  readonly replayable: boolean | Promise<boolean>;
  /** Whether a response's body gets the whole attempt timeout again, as ky's `timeout` means it. */
  readonly bodyGetsFreshTime: boolean;
  /** How much later than due the reading of a body is ended, where the door ends it itself, and tells hooks of it; left out: 0. */
  readonly bodyGraceMs?: number;
  /** How an attempt is told to stop, where that is cheaper than by an AbortController. Its signal is for `send` alone. */
  stopper?(): Stopper;
  /** False: a second attempt may not be in flight beside the first, though the body can be sent again. Left out: it may. */
  readonly hedgeable?: boolean;
  /** The call ends with an error, and its last attempt was not sent: its body is not needed. */
  unsent?(reason: unknown): void;
  /** Called once per attempt; after the first time only where `replayable` is true. */
  next(): Sendable;
  /**
   * Whether a redirect was followed before this outcome of the last attempt. Asked only of outcomes that would say that the server did
   * not act; left out where no redirect is followed.
   *
   * @param sent How far the request came, going by the outcome alone.
   */
  redirected?(outcome: Outcome, sent: Sent): Redirected;
  /** The error the caller is given when time ran out. */
  timeoutError(error: TimeoutError): unknown;
}
