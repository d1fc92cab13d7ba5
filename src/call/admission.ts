/**
 * Admission: everything that may keep an attempt from being sent, asked in order. The origin's own wish to be left alone,
 * the breaker, the concurrency limit with its line, and the breaker again, which now counts the attempt.
 */
import {RejectedError, withoutStack} from '../core/errors.ts';
import {type Breaker, type Ticket, UNGUARDED} from '../guards/breaker.ts';
import type {ConcurrencyLimit, Waiter} from '../guards/concurrency.ts';
import {LEAST_ATTEMPT_MS} from './decide-retry.ts';
import type {Refusal} from './decision.ts';
import type {CallState} from './state.ts';
import {step, Wait} from './wait.ts';

/** What becomes of a call that asks for admission. Exactly one of these is called, maybe at once. */
export interface Applicant extends CallState {
  /** @param ticket The breaker's, for recording the result. */
  admitted(ticket: Ticket, permit: ConcurrencyLimit | null, now: number): void;
  refused(refusal: Refusal, error: RejectedError): void;
  /** It has to wait. What it holds of an earlier attempt is not to take a connection meanwhile. */
  waiting(): void;
  /** The caller left, or the deadline came, while it waited. */
  left(aborted: boolean): void;
}

export function admit(call: Applicant, now: number): void {
  const {engine, guards} = call;
  const {hold, breaker, concurrency} = guards;
  const heldMs = hold === null ? 0 : hold.waitMs(now, engine.random);
  if (heldMs > 0) waitForOrigin(call, heldMs, now);
  else if (breaker?.refuses(now)) refuseOpen(call, breaker, now);
  else if (concurrency === null || concurrency.tryEnter()) count(call, concurrency, now);
  else waitInLine(call, concurrency, now);
}

function count(call: Applicant, permit: ConcurrencyLimit | null, now: number): void {
  const {breaker} = call.guards;
  let ticket: Ticket | null = UNGUARDED;
  if (breaker !== null) ticket = permit === null ? breaker.admit(now) : keeping(permit, () => breaker.admit(now));
  if (ticket !== null) call.admitted(ticket, permit, now);
  else {
    permit?.exit();
    refuseOpen(call, breaker!, now);
  }
}

/** Runs what comes between a permit and the attempt that gets it. */
function keeping<T>(permit: ConcurrencyLimit, work: () => T): T {
  try {
    return work();
  } catch (error) {
    permit.exit();
    throw error;
  }
}

function waitForOrigin(call: Applicant, heldMs: number, now: number): void {
  const {origin, plan, deadlineAt, engine} = call;
  // The spread of a hold is its own; it does not make a hint too long that the policy would wait for.
  if (heldMs > plan.policy.retryAfter.maxMs * 1.1 || now + heldMs + LEAST_ATTEMPT_MS > deadlineAt) {
    const message = `${origin} asked to be left alone for another ${Math.ceil(heldMs)} ms, longer than this call can wait.`;
    call.refused('hint-too-long', new RejectedError('ORIGIN_HELD', origin, message, heldMs));
    return;
  }
  call.waiting();
  call.waitedMs += heldMs;
  new Wait(call, heldMs, aborted => (aborted ? call.left(true) : admit(call, engine.clock.now())));
}

function waitInLine(call: Applicant, limit: ConcurrencyLimit, now: number): void {
  const {origin} = call;
  if (limit.isFull) {
    const message = `${limit.inFlight} attempts to ${origin} are in flight, the limit is ${limit.max}, and the line is full.`;
    call.refused('concurrency-limit', new RejectedError('CONCURRENCY_LIMIT', origin, message));
    return;
  }
  call.waiting();
  new PlaceInLine(call, limit, now);
}

/** A call in line. One object without functions of its own: ten thousand calls can wait. */
class PlaceInLine extends Wait implements Waiter {
  readonly #call: Applicant;
  readonly #limit: ConcurrencyLimit;

  constructor(call: Applicant, limit: ConcurrencyLimit, now: number) {
    super(call, waitableMs(call, now));
    this.#call = call;
    this.#limit = limit;
    limit.wait(this);
  }

  /** The attempt that gave its permit back is another call's: what this call throws must not reach that one. */
  admitted(): void {
    const call = this.#call;
    const limit = this.#limit;
    step(call, () => {
      const now = keeping(limit, () => {
        this.end();
        return call.engine.clock.now();
      });
      count(call, limit, now);
    });
  }

  protected override over(isAborted: boolean): void {
    this.#call.left(isAborted);
  }

  protected override cleanUp(): void {
    this.#limit.leave(this);
  }
}

/** Of a call that has just begun, the very number that the clock was told to expect. */
function waitableMs({startedAt, deadlineMs, deadlineAt}: Applicant, now: number): number {
  return (now === startedAt ? deadlineMs : deadlineAt - now) - LEAST_ATTEMPT_MS;
}

function refuseOpen(call: Applicant, breaker: Breaker, now: number): void {
  const retryAfterMs = breaker.retryAfterMs(now);
  const when = retryAfterMs > 0 ? `for another ${Math.ceil(retryAfterMs)} ms` : 'until its probes have succeeded';
  const message = `The circuit of ${breaker.guarded} is open ${when}.`;
  // Thousands a second while it is open; the stack would be most of the cost.
  const error = withoutStack(() => new RejectedError('CIRCUIT_OPEN', breaker.guarded, message, retryAfterMs));
  call.refused('breaker-open', error);
}
