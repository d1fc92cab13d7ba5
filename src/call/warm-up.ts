/** Endpoints that warm up, as calls meet them: the wait for one, and what the outcome of an attempt says about it. */
import type {Readiness, ReadyWaiter} from '../client/readiness.ts';
import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import type {Guards} from '../guards/origin-guards.ts';
import {AdmissionWait} from './admission-wait.ts';
import {type Applicant, refuseAttempt} from './applicant.ts';
import type {CallContext, CallFacts} from './context.ts';
import type {Failover, Place} from './failover.ts';
import {stayed} from './report.ts';
import {waitableMs} from './wait.ts';

type Admit<R extends AttemptResponse> = (call: CallContext<R>, applicant: Applicant<R>, now: number) => void;

/** @param admit Asks for admission anew, after the wait. */
export function waitUntilReady<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  readiness: Readiness,
  now: number,
  admit: Admit<R>,
): void {
  const leftMs = waitableMs(call, now);
  if (readiness.stateAt(now) === 'starting') {
    const lineMs = readiness.lineMs(now);
    const enter: Admit<R> = (...facts) => {
      call.failover!.release(readiness.endpoint);
      admit(...facts);
    };
    applicant.waiting?.();
    const wait = new ReadyWait(call, applicant, readiness, now, enter, Math.min(lineMs, leftMs), leftMs < lineMs);
    return readiness.join(wait);
  }
  const {plan, deadlineAt, retryState} = call;
  const pauseMs = readiness.pauseMs(now);
  // A call without a deadline must end, too.
  const isTooLong =
    deadlineAt === Infinity
      ? retryState.waitedForEndpointsMs + pauseMs > plan.policy.retryAfter.maxMs
      : now + pauseMs + LEAST_ATTEMPT_MS > deadlineAt;
  if (isTooLong) return refuseUnready(call, applicant, readiness, now);
  applicant.waiting?.();
  if (pauseMs > 0) new ReadyWait(call, applicant, readiness, now, admit, pauseMs, false);
  else new ReadyWait(call, applicant, readiness, now, admit, leftMs, true).ask(now);
}

/** Asks the endpoints again that are passed over because they are not ready. The call does not wait for the answer. */
export function askPassedOver<R extends AttemptResponse>(
  call: CallContext<R>,
  failover: Failover,
  chosen: Place,
  now: number,
): void {
  for (const endpoint of failover.passedOver(chosen)) {
    const readiness = failover.readinessAt(endpoint);
    if (readiness?.stateAt(now) === 'away') readiness.askIfDue(call, now);
  }
}

/**
 * An attempt was answered or failed.
 *
 * @param at The guards of its endpoint.
 * @returns Whether it failed because the endpoint warms up, which says nothing about the endpoint's health.
 */
export function learnReadiness(failover: Failover, at: Guards, {kind, status}: Outcome, now: number): boolean {
  const readiness = failover.readinessAt(failover.endpointOf(at));
  if (readiness === null) return false;
  if (kind === 'network' || (status >= 502 && status <= 504)) return readiness.failed(status, now);
  if (kind === 'response') readiness.used(now);
  return false;
}

/**
 * Until the endpoint has answered, until it may be asked again, or until it is this call's turn at an endpoint that has just become ready:
 * an answer to another call released it, or its time has come.
 */
class ReadyWait<R extends AttemptResponse> extends AdmissionWait<R> implements ReadyWaiter {
  readonly #readiness: Readiness;
  readonly #admit: Admit<R>;
  readonly #since: number;
  /** Whether the call is refused when the time is over; otherwise it goes on. */
  readonly #isLast: boolean;

  constructor(
    call: CallContext<R>,
    applicant: Applicant<R>,
    readiness: Readiness,
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
  readiness: Readiness,
  now: number,
): void {
  const {name, origin} = readiness.endpoint;
  const message = `No endpoint of this call is ready in time: ${name} is not (${readiness.whyNot(now)})${stayed(call)}.`;
  const retryAfterMs = readiness.pauseMs(now) || undefined;
  refuseAttempt(call, applicant, 'NO_ENDPOINT', origin, message, retryAfterMs);
}
