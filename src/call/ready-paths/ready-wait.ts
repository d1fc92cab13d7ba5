/** The wait of a call for an endpoint that warms up. */
import {LEAST_ATTEMPT_MS} from '../../core/limits.ts';
import type {AttemptResponse} from '../../core/outcome.ts';
import type {admit} from '../admission.ts';
import {AdmissionWait} from '../admission-wait.ts';
import {type Applicant, refuseAttempt} from '../applicant.ts';
import type {CallContext, CallFacts} from '../context.ts';
import type {AwaitedReadiness} from '../failover-admission.ts';
import {stayed} from '../report.ts';
import {waitableMs} from '../wait.ts';
import {type ReadyWaiter, WarmingReadiness} from './readiness.ts';

type Admit<R extends AttemptResponse> = typeof admit<R>;

export class ReadinessOfCalls extends WarmingReadiness implements AwaitedReadiness {
  admitLater<R extends AttemptResponse>(
    call: CallContext<R>,
    applicant: Applicant<R>,
    now: number,
    again: Admit<R>,
  ): void {
    const leftMs = waitableMs(call, now);
    if (this.stateAt(now) === 'starting') {
      const lineMs = this.lineMs(now);
      const enter: Admit<R> = (...facts) => {
        call.failover!.release(this.endpoint);
        again(...facts);
      };
      applicant.waiting?.();
      const wait = new ReadyWait(call, applicant, this, now, enter, Math.min(lineMs, leftMs), leftMs < lineMs);
      return this.join(wait);
    }
    const {plan, deadlineAt, retryState} = call;
    const pauseMs = this.pauseMs(now);
    // A call without a deadline must end, too.
    const isTooLong =
      deadlineAt === Infinity
        ? retryState.waitedForEndpointsMs + pauseMs > plan.policy.retryAfter.maxMs
        : now + pauseMs + LEAST_ATTEMPT_MS > deadlineAt;
    if (isTooLong) return refuseUnready(call, applicant, this, now);
    applicant.waiting?.();
    if (pauseMs > 0) new ReadyWait(call, applicant, this, now, again, pauseMs, false);
    else new ReadyWait(call, applicant, this, now, again, leftMs, true).ask(now);
  }
}

/**
 * Until the endpoint has answered, until it may be asked again, or until it is this call's turn at an endpoint that has just become ready:
 * an answer to another call released it, or its time has come.
 */
class ReadyWait<R extends AttemptResponse> extends AdmissionWait<R> implements ReadyWaiter {
  readonly #readiness: WarmingReadiness;
  readonly #admit: Admit<R>;
  readonly #since: number;
  /** Whether the call is refused when the time is over; otherwise it goes on. */
  readonly #isLast: boolean;

  constructor(
    call: CallContext<R>,
    applicant: Applicant<R>,
    readiness: WarmingReadiness,
    now: number,
    admit: Admit<R>,
    ms: number,
    isLast: boolean,
  ) {
    super(call, applicant, ms);
    this.#readiness = readiness;
    this.#admit = admit;
    this.#since = now;
    this.#isLast = isLast;
  }

  ask(now: number): void {
    this.step(() => this.#readiness.wait(this, this.call, now));
  }

  /** Runs in a step of another call, or of the endpoint's answer. An exception of this call must not reach that. */
  proceed(): void {
    this.step(() => {
      this.end();
      this.#admit(this.call, this.applicant, noteWait(this.call, this.#since));
    });
  }

  protected override over(isAborted: boolean): void {
    if (isAborted || this.isDisabled) return this.applicant.left(this.call, isAborted);
    const now = noteWait(this.call, this.#since);
    if (this.#isLast) refuseUnready(this.call, this.applicant, this.#readiness, now);
    else this.#admit(this.call, this.applicant, now);
  }

  override end(): void {
    this.#readiness.leave(this);
    super.end();
  }
}

/** @returns The time: the wait is over. */
function noteWait({client, retryState}: CallFacts, since: number): number {
  const now = client.clock.now();
  retryState.waitedMs += now - since;
  retryState.waitedForEndpointsMs += now - since;
  return now;
}

function refuseUnready<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  readiness: WarmingReadiness,
  now: number,
): void {
  const {name, origin} = readiness.endpoint;
  const message = `No endpoint of this call is ready in time: ${name} is not (${readiness.whyNot(now)})${stayed(call)}.`;
  const retryAfterMs = readiness.pauseMs(now) || undefined;
  refuseAttempt(call, applicant, 'NO_ENDPOINT', origin, message, retryAfterMs);
}
