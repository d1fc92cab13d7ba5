/**
 * Admission: everything that may keep an attempt from being sent, in order. The pause that the origin asked for,
 * the breaker, the quota and the concurrency limit with their queues, and what may have changed meanwhile: the pause, and the breaker, which now
 * counts the attempt.
 */
import {LEAST_ATTEMPT_MS, PROBING_MS} from '../core/limits.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import type {Clock} from '../core/timer.ts';
import {type CircuitBreaker, type Ticket, UNGUARDED} from '../guards/breaker.ts';
import type {ConcurrencyLimit} from '../guards/concurrency.ts';
import type {QuotaReservation} from '../guards/quota-reservation.ts';
import type {RecoveryWaiter, Release, WaitingLine} from '../guards/recovery-line.ts';
import {AdmissionWait} from './admission-wait.ts';
import {type Applicant, refuseAttempt} from './applicant.ts';
import {keeping, places} from './concurrency-port.ts';
import type {CallContext} from './context.ts';
import {endpoints} from './failover-port.ts';
import {notifyQueued} from './notify.ts';
import {quotaOf, quotas} from './quota-port.ts';
import {recoveryWaitMs, waitableMs} from './wait.ts';

export function admit<R extends AttemptResponse>(call: CallContext<R>, applicant: Applicant<R>, now: number): void {
  if (call.failover === null) admitHere(call, applicant, now);
  else endpoints.steps!.admit(call, applicant, call.failover, now);
}

export function admitHere<R extends AttemptResponse>(call: CallContext<R>, applicant: Applicant<R>, now: number): void {
  const {client, guards} = call;
  const {hold, breaker} = guards;
  const quota = quotaOf(call, guards);
  const heldMs = hold === null || quota !== null ? 0 : hold.waitMs(now, client.random);
  if (heldMs > 0) waitForHeldOrigin(call, applicant, heldMs, now);
  else if (!call.retryStateIfAny?.release && breaker?.refuses(now)) waitOrRefuse(call, applicant, breaker, now);
  else if (breaker?.leases?.needed(now)) {
    applicant.waiting?.();
    // A moment longer: the request itself says after timeoutMs that there is no answer.
    new RecoveryWait(call, applicant, breaker.leases, breaker.leases.timeoutMs + 1, now);
  } else if (quota === null) enter(call, applicant, null, now);
  else {
    if (hold?.holds(now)) quota.hold(hold.leftMs(now), now);
    quotas.steps!.ask(call, applicant, quota, now, enter, admit);
  }
}

/** A place under the concurrency limit, now or after a wait. */
function enter<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  taken: QuotaReservation | null,
  now: number,
): void {
  const {concurrency} = call.guards;
  if (concurrency === null) count(call, applicant, null, taken, now);
  else places.ask!(call, applicant, concurrency, taken, now, count, admit);
}

/** The breaker counts what it lets through. */
function count<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  place: ConcurrencyLimit | null,
  taken: QuotaReservation | null,
  now: number,
): void {
  const {breaker, hold} = call.guards;
  // While the process is busy, a place or a quota can come before the timer of the wait fires.
  if (place === null ? now >= call.deadlineAt : keeping(place, () => now >= call.deadlineAt)) {
    place?.exit();
    taken?.refund(now);
    return applicant.left(call, false);
  }
  if (place !== null && hold !== null && keeping(place, () => hold.holds(now))) {
    // The origin asked for a pause while the attempt waited for its place.
    place.exit();
    taken?.refund(now);
    return admitHere(call, applicant, now);
  }
  let ticket: Ticket | null = UNGUARDED;
  if (breaker !== null) {
    const state = call.retryStateIfAny;
    const release = state?.release;
    if (state !== null) state.release = null;
    ticket = place === null ? breaker.admit(now, release) : keeping(place, () => breaker.admit(now, release));
  }
  if (ticket !== null) applicant.admitted(call, ticket, now, taken);
  else {
    place?.exit();
    taken?.refund(now);
    waitOrRefuse(call, applicant, breaker!, now);
  }
}

/** In the line of the breaker, if the call may wait for the recovery. */
function waitOrRefuse<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  breaker: CircuitBreaker,
  now: number,
): void {
  const {line} = breaker;
  const ms = recoveryWaitMs(call, now);
  if (line !== null && ms > 0) {
    applicant.waiting?.();
    new RecoveryWait(call, applicant, line, ms, now);
  } else {
    line?.asked(now);
    refuseOpen(call, applicant, breaker, now);
  }
}

function waitForHeldOrigin<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  heldMs: number,
  now: number,
): void {
  const {plan, deadlineAt} = call;
  const {origin} = call.guards;
  // The spread of a hold is its own; it does not make a hint too long that the policy would wait for.
  if (heldMs > plan.policy.retryAfter.maxMs * 1.1 || now + heldMs + LEAST_ATTEMPT_MS > deadlineAt) {
    const message = `${origin} asked for a pause of another ${Math.ceil(heldMs)} ms, longer than this call can wait.`;
    return refuseAttempt(call, applicant, 'ORIGIN_HELD', origin, message, heldMs);
  }
  waitToAskAgain(call, applicant, heldMs);
}

export function waitToAskAgain<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  ms: number,
): void {
  applicant.waiting?.();
  call.retryState.waitedMs += ms;
  new PauseBefore(call, applicant, ms);
}

/** The wait of an attempt until its origin, or its endpoint, is free. Then it asks for admission anew. */
class PauseBefore<R extends AttemptResponse> extends AdmissionWait<R> {
  protected override over(isAborted: boolean): void {
    const {call, applicant} = this;
    if (isAborted || this.isDisabled) applicant.left(call, isAborted);
    else admit(call, applicant, call.client.clock.now());
  }
}

/** The wait of an attempt for the recovery of its origin, or for the lease of a probe. */
class RecoveryWait<R extends AttemptResponse> extends AdmissionWait<R> implements RecoveryWaiter {
  ahead: RecoveryWaiter | null = null;
  behind: RecoveryWaiter | null = null;
  readonly #line: WaitingLine;
  readonly #since: number;

  constructor(call: CallContext<R>, applicant: Applicant<R>, line: WaitingLine, ms: number, now: number) {
    super(call, applicant, Math.min(ms, waitableMs(call, now)));
    this.#line = line;
    this.#since = now;
    notifyQueued(call, 'breaker', ms);
    line.join(this, now);
  }

  get clock(): Clock {
    return this.call.client.clock;
  }

  /** Runs in the step of another call. An exception of this call must not reach that call. */
  released(release: Release | null): void {
    this.step(() => {
      this.end();
      const now = this.#noteWait();
      if (release !== null) this.call.retryState.release = release;
      admitHere(this.call, this.applicant, now);
    });
  }

  protected override over(isAborted: boolean): void {
    const {call, applicant} = this;
    const now = this.#noteWait();
    if (isAborted || this.isDisabled || now + LEAST_ATTEMPT_MS >= call.deadlineAt)
      return applicant.left(call, isAborted);
    call.failover?.pause(call.guards, now + PROBING_MS); // No attempt waits twice for the same answer.
    refuseOpen(call, applicant, call.guards.breaker!, now);
  }

  #noteWait(): number {
    const {retryState} = this.call;
    const now = this.clock.now();
    retryState.recoveryMs += now - this.#since;
    retryState.queuedMs += now - this.#since;
    return now;
  }

  override end(): void {
    this.#line.leave(this);
    super.end();
  }
}

function refuseOpen<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  breaker: CircuitBreaker,
  now: number,
): void {
  const {failover} = call;
  if (failover !== null && endpoints.steps!.admitBeside(call, applicant, failover, breaker, now)) return;
  const retryAfterMs = breaker.retryAfterMs(now);
  const when = retryAfterMs > 0 ? `for another ${Math.ceil(retryAfterMs)} ms` : 'until a probe succeeds';
  const message = `The circuit of ${breaker.guarded} is open ${when}.`;
  refuseAttempt(call, applicant, 'CIRCUIT_OPEN', breaker.guarded, message, retryAfterMs);
}
