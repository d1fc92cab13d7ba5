/** How an attempt gets its place under a concurrency limit: at once, or after a wait in the queue. */
import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import type {Answers} from '../decide/answers.ts';
import {type Classification, isOverload} from '../decide/classification.ts';
import type {Load} from '../guards/adaptive-limit.ts';
import type {ConcurrencyLimit, Waiter} from '../guards/concurrency.ts';
import type {QuotaReservation} from '../guards/quota-reservation.ts';
import {AdmissionWait} from './admission-wait.ts';
import {type Applicant, refuseAttempt} from './applicant.ts';
import {keeping, type Proceed} from './concurrency-port.ts';
import type {AttemptFacts, CallContext, CallFacts} from './context.ts';
import {type Again, amountsAt} from './quota-port.ts';
import {waitableMs} from './wait.ts';

/**
 * Goes on at once or after a wait in the queue. Refuses the attempt if the queue is full.
 *
 * @param taken The reservation of the quota; null without a quota.
 */
export function askPlace<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  limit: ConcurrencyLimit,
  taken: QuotaReservation | null,
  now: number,
  proceed: Proceed,
  again: Again,
): void {
  if (limit.tryEnter()) return proceed(call, applicant, limit, taken, now);
  if (limit.isFull) return refusePlace(call, applicant, limit, taken, FULL, now);
  applicant.waiting?.();
  new ConcurrencyWait(call, applicant, limit, taken, now, proceed, again);
}

const FULL = 'the queue is full';

function refusePlace<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  limit: ConcurrencyLimit,
  taken: QuotaReservation | null,
  why: string,
  now: number,
): void {
  const {origin} = call.guards;
  taken?.refund(now);
  const ofProcess = limit.isShared ? ' for this process now' : '';
  const message = `${limit.inFlight} attempts to ${origin} are in flight, the limit is ${limit.max}${ofProcess}, and ${why}.`;
  refuseAttempt(call, applicant, 'CONCURRENCY_LIMIT', origin, message);
}

/** The wait of an attempt in the queue. */
class ConcurrencyWait<R extends AttemptResponse> extends AdmissionWait<R> implements Waiter {
  readonly #limit: ConcurrencyLimit;
  readonly #taken: QuotaReservation | null;
  readonly #proceed: Proceed;
  readonly #again: Again;

  constructor(
    call: CallContext<R>,
    applicant: Applicant<R>,
    limit: ConcurrencyLimit,
    taken: QuotaReservation | null,
    now: number,
    proceed: Proceed,
    again: Again,
  ) {
    super(call, applicant, waitableMs(call, now) - Math.min(limit.neededMs, call.deadlineMs / 2));
    this.#limit = limit;
    this.#taken = taken;
    this.#proceed = proceed;
    this.#again = again;
    taken?.keep();
    try {
      limit.wait(this);
    } catch (error) {
      quietly(() => this.end());
      throw error;
    }
  }

  /** Runs in the step of another call, whose attempt gave its place back. An exception of this call must not reach that call. */
  admitted(): void {
    this.step(() => {
      const now = keeping(this.#limit, () => {
        this.end();
        return this.call.client.clock.now();
      });
      this.#proceed(this.call, this.applicant, this.#limit, this.#taken, now);
    });
  }

  /** Runs in a step of the limit, like `admitted`. */
  denied(): void {
    this.step(() => {
      const {call, applicant} = this;
      const now = call.client.clock.now();
      if (!call.failover?.passesOver(call.guards, 'overloaded', amountsAt(call), now)) return;
      this.end();
      this.#taken?.refund(now);
      this.#again(call, applicant, now);
    });
  }

  /** Runs in a step of the limit, like `admitted`. */
  refused(): void {
    this.step(() => {
      this.end();
      refusePlace(this.call, this.applicant, this.#limit, this.#taken, FULL, this.call.client.clock.now());
    });
  }

  protected override over(isAborted: boolean): void {
    const {call, applicant} = this;
    const now = call.client.clock.now();
    if (!isAborted && !this.isDisabled && now + LEAST_ATTEMPT_MS < call.deadlineAt)
      return refusePlace(call, applicant, this.#limit, this.#taken, 'no place came free in time', now);
    this.#taken?.refund(now);
    applicant.left(call, isAborted);
  }

  override end(): void {
    this.#limit.leave(this);
    super.end();
  }
}

/** The limit learns from the end of an attempt. */
export function learnLoad(
  call: CallFacts,
  {guards, startedAt}: AttemptFacts,
  outcome: Outcome,
  classification: Classification,
  now: number,
): void {
  guards.concurrency!.learn(
    loadOf(outcome, classification, call.client.answers),
    startedAt,
    now,
    call.attemptTimeoutMs,
  );
}

/** The load of the origin by the outcome. A failure for another reason, a refusal and an abort say nothing about it. */
function loadOf(outcome: Outcome, classification: Classification, answers: Pick<Answers<never>, 'health'>): Load {
  switch (outcome.kind) {
    case 'response':
      // A used-up account throttles too, and fewer attempts at a time do not help: it is not transient.
      if ((classification.throttled && classification.transient) || isOverload(outcome.status)) return 'refused';
      return answers.health(outcome.status, classification) === 'success' ? 'fine' : 'nothing';
    case 'attempt-timeout':
    case 'content-timeout':
      return outcome.reachedTransport && !outcome.isLate ? 'late' : 'nothing';
    case 'deadline':
    case 'aborted':
      return outcome.reachedTransport && !outcome.isLate ? 'left' : 'nothing';
    default:
      return 'nothing';
  }
}
