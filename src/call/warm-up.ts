/** Endpoints that warm up, as calls meet them: the wait for one, and what the outcome of an attempt says about it. */
import type {LineWaiter, Readiness, ReadyWaiter} from '../client/readiness.ts';
import {RejectedError, withoutStack} from '../core/errors.ts';
import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import type {Guards} from '../guards/origin-guards.ts';
import {AdmissionWait} from './admission-wait.ts';
import type {Applicant} from './applicant.ts';
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
  if (readiness.stateAt(now) === 'starting') return waitInLine(call, applicant, readiness, now, admit);
  const {plan, deadlineAt, retryState} = call;
  const pauseMs = readiness.pauseMs(now);
  // A call without a deadline must end, too.
  const isTooLong =
    deadlineAt === Infinity
      ? retryState.waitedForEndpointsMs + pauseMs > plan.policy.retryAfter.maxMs
      : now + pauseMs + LEAST_ATTEMPT_MS > deadlineAt;
  if (isTooLong) return refuseUnready(call, applicant, readiness, now);
  applicant.waiting?.();
  new ReadyWait(call, applicant, readiness, now, admit, pauseMs);
}

function waitInLine<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  readiness: Readiness,
  now: number,
  admit: Admit<R>,
): void {
  applicant.waiting?.();
  new LineWait(call, applicant, readiness, now, admit);
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

/** Until the endpoint has answered, or may be asked again. */
class ReadyWait<R extends AttemptResponse> extends AdmissionWait<R> implements ReadyWaiter {
  readonly #readiness: Readiness;
  readonly #admit: Admit<R>;
  readonly #since: number;
  readonly #isForAnswer: boolean;

  /** @param pauseMs 0: the endpoint may be asked now, or its answer is awaited. */
  constructor(
    call: CallContext<R>,
    applicant: Applicant<R>,
    readiness: Readiness,
    now: number,
    admit: Admit<R>,
    pauseMs: number,
  ) {
    super(call, applicant, pauseMs === 0 ? waitableMs(call, now) : pauseMs);
    this.#readiness = readiness;
    this.#admit = admit;
    this.#since = now;
    this.#isForAnswer = pauseMs === 0;
    try {
      if (this.#isForAnswer) readiness.wait(this, call, now);
    } catch (error) {
      quietly(() => this.end());
      throw error;
    }
  }

  answered(): void {
    this.step(() => this.#askForAdmission());
  }

  #askForAdmission(): void {
    this.end();
    this.#admit(this.call, this.applicant, noteWait(this.call, this.#since));
  }

  protected override over(isAborted: boolean): void {
    this.#readiness.leave(this);
    if (isAborted || this.isDisabled) return this.applicant.left(this.call, isAborted);
    if (!this.#isForAnswer) return this.#askForAdmission();
    refuseUnready(this.call, this.applicant, this.#readiness, noteWait(this.call, this.#since));
  }

  protected override broke(error: unknown): void {
    this.#readiness.leave(this);
    super.broke(error);
  }
}

/** Until it is this call's turn at an endpoint that has just become ready: an answer to another call released it, or its time has come. */
class LineWait<R extends AttemptResponse> extends AdmissionWait<R> implements LineWaiter {
  readonly #readiness: Readiness;
  readonly #admit: Admit<R>;
  readonly #since: number;
  readonly #isTooLong: boolean;

  constructor(call: CallContext<R>, applicant: Applicant<R>, readiness: Readiness, now: number, admit: Admit<R>) {
    const [lineMs, leftMs] = [readiness.lineMs(now), waitableMs(call, now)];
    super(call, applicant, Math.min(lineMs, leftMs));
    this.#readiness = readiness;
    this.#admit = admit;
    this.#since = now;
    this.#isTooLong = leftMs < lineMs;
    readiness.join(this);
  }

  released(): void {
    this.step(() => {
      this.end();
      this.#enter(noteWait(this.call, this.#since));
    });
  }

  #enter(now: number): void {
    this.call.failover!.release(this.#readiness.endpoint);
    this.#admit(this.call, this.applicant, now);
  }

  protected override over(isAborted: boolean): void {
    this.#readiness.quit(this);
    if (isAborted || this.isDisabled) return this.applicant.left(this.call, isAborted);
    const now = noteWait(this.call, this.#since);
    if (this.#isTooLong) refuseUnready(this.call, this.applicant, this.#readiness, now);
    else this.#enter(now);
  }

  protected override broke(error: unknown): void {
    this.#readiness.quit(this);
    super.broke(error);
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
  applicant.refused(
    call,
    'no-endpoint',
    withoutStack(() => new RejectedError('NO_ENDPOINT', origin, message, retryAfterMs)),
  );
}
