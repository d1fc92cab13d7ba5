/** How an attempt waits in the line of an open breaker for the recovery of its origin. */
import type {AttemptResponse} from '../core/outcome.ts';
import type {Clock} from '../core/timer.ts';
import type {RecoveryLine, RecoveryWaiter, Release} from '../guards/recovery-line.ts';
import {AdmissionWait} from './admission-wait.ts';
import type {Applicant} from './applicant.ts';
import type {CallContext, CallFacts} from './context.ts';
import {notifyQueued} from './notify.ts';
import {waitableMs} from './wait.ts';

/** The next step of admission. */
export type Step = <R extends AttemptResponse>(call: CallContext<R>, applicant: Applicant<R>, now: number) => void;

/** What follows the wait. */
export interface AfterWait {
  /** The attempt has left the line with a release. */
  readonly released: Step;
  /** The wait is over. */
  readonly over: Step;
}

/** How long the call may wait in this line from now on, as the policy allows, in ms. */
export const recoveryWaitMs = ({retryStateIfAny, startedAt}: CallFacts, line: RecoveryLine): number =>
  line.waitableMs(retryStateIfAny?.waitedForRecoveryMs ?? 0, startedAt);

/** The wait of an attempt in the line. */
export class RecoveryWait<R extends AttemptResponse> extends AdmissionWait<R> implements RecoveryWaiter {
  ahead: RecoveryWaiter | null = null;
  behind: RecoveryWaiter | null = null;
  readonly #line: RecoveryLine;
  readonly #since: number;
  readonly #after: AfterWait;

  constructor(
    call: CallContext<R>,
    applicant: Applicant<R>,
    line: RecoveryLine,
    ms: number,
    now: number,
    after: AfterWait,
  ) {
    super(call, applicant, Math.min(ms, waitableMs(call, now)));
    this.#line = line;
    this.#since = now;
    this.#after = after;
    notifyQueued(call, 'breaker', ms);
    line.join(this, now);
  }

  get clock(): Clock {
    return this.call.client.clock;
  }

  /** Runs in the step of another call. An exception of this call must not reach that call. */
  released(release: Release): void {
    this.step(() => {
      this.end();
      const now = this.#noteWait();
      if (this.isDisabled) return this.applicant.left(this.call, false);
      this.call.retryState.release = release;
      this.#after.released(this.call, this.applicant, now);
    });
  }

  protected override over(isAborted: boolean): void {
    const now = this.#noteWait();
    const {call, applicant} = this;
    if (isAborted || this.isDisabled) applicant.left(call, isAborted);
    else this.#after.over(call, applicant, now);
  }

  #noteWait(): number {
    const {retryState} = this.call;
    const now = this.clock.now();
    const waitedMs = now - this.#since;
    retryState.waitedForRecoveryMs += waitedMs;
    retryState.queuedMs += waitedMs;
    return now;
  }

  override end(): void {
    this.#line.leave(this);
    super.end();
  }
}
