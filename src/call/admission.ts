/**
 * Admission: everything that may keep an attempt from being sent, asked in order. The origin's own wish to be left alone,
 * the breaker, the concurrency limit with its queue, and the breaker again, which now counts the attempt.
 */
import {RejectedError, withoutStack} from '../core/errors.ts';
import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {type Breaker, type Ticket, UNGUARDED} from '../guards/breaker.ts';
import type {ConcurrencyLimit, Waiter} from '../guards/concurrency.ts';
import type {CallContext, CallFacts} from './context.ts';
import type {Refusal} from './decision.ts';
import {CallPause, signalOf, waitForOrigin} from './wait.ts';

/**
 * What asks for admission. All but `waiting` end the asking: exactly one of them is called, maybe at once. Each is given the call, so
 * that one object can ask for many calls.
 */
export interface Applicant<R extends AttemptResponse> {
  /** @param ticket Of the breaker. The attempt has a place, too, where the origin has a concurrency limit. It gives both back. */
  admitted(call: CallContext<R>, ticket: Ticket, now: number): void;
  refused(call: CallContext<R>, refusal: Refusal, error: RejectedError): void;
  /** The caller aborted, or the deadline came, while it waited. */
  left(call: CallContext<R>, isAborted: boolean): void;
  /** A step of the admission threw. */
  broke(call: CallContext<R>, error: unknown): void;
  /** It has to wait: an earlier attempt of the call is not to hold a connection meanwhile. */
  waiting?(): void;
}

export function admit<R extends AttemptResponse>(call: CallContext<R>, applicant: Applicant<R>, now: number): void {
  const {client, guards} = call;
  const {hold, breaker, concurrency} = guards;
  const heldMs = hold === null ? 0 : hold.waitMs(now, client.random);
  if (heldMs > 0) waitForHeldOrigin(call, applicant, heldMs, now);
  else if (breaker?.refuses(now)) refuseOpen(call, applicant, breaker, now);
  else if (concurrency === null || concurrency.tryEnter()) count(call, applicant, concurrency, now);
  else waitInQueue(call, applicant, concurrency, now);
}

/** The breaker counts what it lets through. */
function count<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  place: ConcurrencyLimit | null,
  now: number,
): void {
  const {breaker} = call.guards;
  let ticket: Ticket | null = UNGUARDED;
  if (breaker !== null) ticket = place === null ? breaker.admit(now) : keeping(place, () => breaker.admit(now));
  if (ticket !== null) applicant.admitted(call, ticket, now);
  else {
    place?.exit();
    refuseOpen(call, applicant, breaker!, now);
  }
}

/** Runs what comes between a place and the attempt that gets it. */
function keeping<T>(place: ConcurrencyLimit, work: () => T): T {
  try {
    return work();
  } catch (error) {
    place.exit();
    throw error;
  }
}

function waitForHeldOrigin<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  heldMs: number,
  now: number,
): void {
  const {origin, plan, deadlineAt, client} = call;
  // The spread of a hold is its own; it does not make a hint too long that the policy would wait for.
  if (heldMs > plan.policy.retryAfter.maxMs * 1.1 || now + heldMs + LEAST_ATTEMPT_MS > deadlineAt) {
    const message = `${origin} asked to be left alone for another ${Math.ceil(heldMs)} ms, longer than this call can wait.`;
    applicant.refused(call, 'hint-too-long', new RejectedError('ORIGIN_HELD', origin, message, heldMs));
    return;
  }
  applicant.waiting?.();
  call.retryState.waitedMs += heldMs;
  const again = (isAborted: boolean): void =>
    isAborted ? applicant.left(call, true) : admit(call, applicant, client.clock.now());
  waitForOrigin(call, heldMs, again, error => applicant.broke(call, error));
}

function waitInQueue<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  limit: ConcurrencyLimit,
  now: number,
): void {
  const {origin} = call;
  if (limit.isFull) {
    const message = `${limit.inFlight} attempts to ${origin} are in flight, the limit is ${limit.max}, and the line is full.`;
    applicant.refused(call, 'concurrency-limit', new RejectedError('CONCURRENCY_LIMIT', origin, message));
    return;
  }
  applicant.waiting?.();
  new PlaceInQueue(call, applicant, limit, now);
}

/** A call in the queue. One object without functions of its own: ten thousand calls can wait. */
class PlaceInQueue<R extends AttemptResponse> extends CallPause implements Waiter {
  readonly #call: CallContext<R>;
  readonly #applicant: Applicant<R>;
  readonly #limit: ConcurrencyLimit;

  constructor(call: CallContext<R>, applicant: Applicant<R>, limit: ConcurrencyLimit, now: number) {
    super(call.client.clock, waitableMs(call, now), signalOf(call.transport));
    this.#call = call;
    this.#applicant = applicant;
    this.#limit = limit;
    try {
      limit.wait(this);
    } catch (error) {
      quietly(() => this.end());
      throw error;
    }
  }

  /** The attempt that gave its place back is another call's: what this call throws must not reach that one. */
  admitted(): void {
    this.step(() => {
      const now = keeping(this.#limit, () => {
        this.end();
        return this.#call.client.clock.now();
      });
      count(this.#call, this.#applicant, this.#limit, now);
    });
  }

  protected override over(isAborted: boolean): void {
    this.#applicant.left(this.#call, isAborted);
  }

  protected override broke(error: unknown): void {
    this.#applicant.broke(this.#call, error);
  }

  override end(): void {
    this.#limit.leave(this);
    super.end();
  }
}

/** Of a call that has just begun, the very number that the clock was told to expect. */
function waitableMs({startedAt, deadlineMs, deadlineAt}: CallFacts, now: number): number {
  return (now === startedAt ? deadlineMs : deadlineAt - now) - LEAST_ATTEMPT_MS;
}

function refuseOpen<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  breaker: Breaker,
  now: number,
): void {
  const retryAfterMs = breaker.retryAfterMs(now);
  const when = retryAfterMs > 0 ? `for another ${Math.ceil(retryAfterMs)} ms` : 'until its probes have succeeded';
  const message = `The circuit of ${breaker.guarded} is open ${when}.`;
  // Thousands a second while it is open; the stack would be most of the cost.
  const error = withoutStack(() => new RejectedError('CIRCUIT_OPEN', breaker.guarded, message, retryAfterMs));
  applicant.refused(call, 'breaker-open', error);
}
