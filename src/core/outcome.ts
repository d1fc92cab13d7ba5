/** How one attempt, or one call, ended. A value that is passed on, never something thrown inside the engine. */

/** Why there is no response. */
export type FailureKind =
  /** The wire broke, or never was: DNS, connection, TLS, reset. */
  | 'network'
  /** The attempt's own time was over. */
  | 'attempt-timeout'
  /** The call's time was over. */
  | 'deadline'
  /** The caller's signal aborted. */
  | 'aborted'
  /** A guard of ours refused to send. */
  | 'rejected'
  /** A function of the user's threw: a hook, `prepareAttempt`, `classify`. */
  | 'hook'
  /** The user's hook ended the call without an answer (`ky.stop`). */
  | 'stopped'
  /** Anything else that was thrown, say by a mistake in the request. */
  | 'other';

export class Outcome {
  readonly kind: 'response' | FailureKind;
  readonly response: Response | null;
  /** What was thrown, untouched; undefined with a response. */
  readonly error: unknown;
  /** False when the attempt ended before anything was put on the wire. */
  readonly reachedWire: boolean;
  /** A limit passed while the process was busy: that says nothing about the server, so no guard learns of it. */
  readonly isLate: boolean;

  constructor(
    kind: 'response' | FailureKind,
    response: Response | null,
    error: unknown,
    reachedWire = true,
    isLate = false,
  ) {
    this.kind = kind;
    this.response = response;
    this.error = error;
    this.reachedWire = reachedWire;
    this.isLate = isLate;
  }

  /** The HTTP status, or 0 without a response. */
  get status(): number {
    return this.response === null ? 0 : this.response.status;
  }
}

export const answered = (response: Response): Outcome => new Outcome('response', response, undefined);
export const failed = (kind: FailureKind, error: unknown, reachedWire = true, isLate = false): Outcome =>
  new Outcome(kind, null, error, reachedWire, isLate);
