/** How an attempt uses its quota: what it reserves, how it waits, and what the quota learns from its end. */
import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import type {Clock} from '../core/timer.ts';
import {accountOf} from '../decide/account.ts';
import {askedTokens} from '../decide/asked-tokens.ts';
import {type Classification, harmless, isOverload, isOverQuota} from '../decide/classification.ts';
import {nextAdmittedMs, remainingQuota} from '../decide/rate-limit.ts';
import {serverTime} from '../decide/server-hint.ts';
import type {Quota, QuotaWaiter} from '../guards/quota.ts';
import {type Amounts, ONE_REQUEST} from '../guards/quota-amounts.ts';
import type {QuotaReservation} from '../guards/quota-reservation.ts';
import {AdmissionWait} from './admission-wait.ts';
import {type Applicant, refuseAttempt} from './applicant.ts';
import type {CallContext, CallFacts} from './context.ts';
import {notifyQueued} from './notify.ts';
import type {Again, Proceed} from './quota-port.ts';
import {waitableMs} from './wait.ts';

/** The most that an attempt may use, as far as that is known before it is sent. */
export function amountsOf<R extends AttemptResponse>(call: CallContext<R>, {countsTokens}: Quota): Amounts {
  if (!countsTokens) return ONE_REQUEST;
  const {client, method, rawUrl: url, transport} = call;
  const {bodyText, tokens = {}} = transport;
  const estimated = askedTokens(bodyText);
  const weighed = client.weigh?.({method, url, bodyText}) ?? {};
  return {
    requests: 1,
    inputTokens: countOf(tokens.inputTokens) ?? countOf(weighed.inputTokens) ?? estimated.inputTokens ?? 0,
    outputTokens: countOf(tokens.outputTokens) ?? countOf(weighed.outputTokens) ?? estimated.outputTokens ?? 0,
  };
}

/** A finite number of at least 0, rounded up; undefined for anything else. */
const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.ceil(value) : undefined;

/** Whose quota the call uses, where each account has one. */
export function accountAt<R extends AttemptResponse>(call: CallContext<R>): string {
  const {retryState: state, rawUrl: url, transport, plan} = call;
  const {bodyText} = transport;
  state.account ??= accountOf(plan.policy.quota!.per, {
    url,
    bodyText,
    headerOf: name => transport.headerOf?.(name) ?? null,
  });
  return state.account;
}

/** Goes on at once or after a wait in the queue. Refuses the attempt if it would wait too long. */
export function askQuota<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  quota: Quota,
  now: number,
  proceed: Proceed,
  again: Again,
): void {
  const amounts = amountsOf(call, quota);
  const taken = quota.tryTake(amounts, now);
  if (taken !== null) return proceed(call, applicant, taken, now);
  const {guarded} = quota;
  const limit = quota.exceeded(amounts);
  if (limit !== undefined) {
    const {unit, max, perMs} = limit.policy;
    const message = `This call takes ${limit.amountOf(amounts)} ${unit}, but the quota of ${guarded} admits only ${max} in ${perMs} ms, so it can never be sent.`;
    return refuseAttempt(call, applicant, 'QUOTA_TOO_LARGE', guarded, message);
  }
  const waitMs = quota.knownWaitMs(amounts, call.attempts > 0, now);
  if (waitMs > Math.min(quota.maxWaitMs, waitableMs(call, now))) return refuse(call, applicant, quota, waitMs, false);
  // To ask the supply is no wait in the queue.
  if (waitMs > 0 && quota.isFull) return refuse(call, applicant, quota, waitMs, true);
  applicant.waiting?.();
  new QuotaWait(call, applicant, quota, amounts, waitMs, now, proceed, again);
}

function refuse<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  quota: Quota,
  waitMs: number,
  isFull: boolean,
): void {
  const {guarded} = quota;
  quota.refused();
  const message = isFull
    ? `${quota.waiting} attempts wait for the quota of ${guarded}, and its queue is full.`
    : `The quota of ${guarded} admits this call only in ${Math.ceil(waitMs)} ms, later than the deadline or quota.maxWaitMs (${quota.maxWaitMs} ms) allows.`;
  refuseAttempt(call, applicant, isFull ? 'QUOTA_QUEUE' : 'QUOTA_WAIT', guarded, message, waitMs);
}

/** The wait of an attempt in the queue. */
class QuotaWait<R extends AttemptResponse> extends AdmissionWait<R> implements QuotaWaiter {
  ahead: QuotaWaiter | null = null;
  behind: QuotaWaiter | null = null;
  readonly amounts: Amounts;
  readonly isRetry: boolean;
  readonly since: number;
  readonly #quota: Quota;
  readonly #proceed: Proceed;
  readonly #again: Again;

  constructor(
    call: CallContext<R>,
    applicant: Applicant<R>,
    quota: Quota,
    amounts: Amounts,
    knownMs: number,
    now: number,
    proceed: Proceed,
    again: Again,
  ) {
    super(call, applicant, Math.min(quota.longestWaitMs(knownMs), waitableMs(call, now)));
    this.amounts = amounts;
    this.isRetry = call.attempts > 0;
    this.#quota = quota;
    this.since = now;
    this.#proceed = proceed;
    this.#again = again;
    notifyQueued(call, 'quota', quota.waitMs(amounts, this.isRetry, now));
    quota.join(this, now);
  }

  get clock(): Clock {
    return this.call.client.clock;
  }

  /** Runs in the step of another call, which settled a reservation or left the queue. An exception of this call must not reach that call. */
  served(taken: QuotaReservation, now: number): void {
    this.step(() => {
      this.end();
      this.#noteWait(now);
      if (this.isDisabled) {
        taken.refund(now);
        return this.applicant.left(this.call, false);
      }
      this.#proceed(this.call, this.applicant, taken, now);
    });
  }

  /** Runs in a step of the supply, like `served`. The attempt goes to another endpoint that is free, or waits for as long as it may. */
  denied(now: number): void {
    this.step(() => {
      const {call, applicant, clock} = this;
      const quota = this.#quota;
      const leftMs = Math.min(this.since + quota.maxWaitMs - now, waitableMs(call, now));
      const passes = call.failover?.passesOver(call.guards, 'quota', this.amounts, now) ?? false;
      const {isOver} = quota;
      if (!passes && !isOver && leftMs > 0) {
        clock.disarm(this);
        return clock.arm(this, leftMs, now);
      }
      this.end();
      quota.leave(this, now);
      this.#noteWait(now);
      if (passes) this.#again(call, applicant, now);
      else refuse(call, applicant, quota, quota.waitMs(this.amounts, this.isRetry, now), isOver);
    });
  }

  protected override over(isAborted: boolean): void {
    const {call} = this;
    const now = this.clock.now();
    this.#quota.leave(this, now);
    this.#noteWait(now);
    const isRefused = !isAborted && now + LEAST_ATTEMPT_MS < call.deadlineAt && !this.isDisabled;
    if (!isRefused) return this.applicant.left(call, isAborted);
    const waitMs = this.#quota.waitMs(this.amounts, this.isRetry, now);
    refuse(call, this.applicant, this.#quota, waitMs, false);
  }

  #noteWait(now: number): void {
    if (now > this.since) this.call.retryState.queuedMs += now - this.since;
  }

  override broke(error: unknown): void {
    quietly(() => this.end());
    quietly(() => this.#quota.leave(this, this.since));
    super.broke(error);
  }
}

/** Settles the reservation of an attempt that has ended. */
export function settleQuota(
  call: CallFacts,
  quota: Quota | null,
  taken: QuotaReservation,
  {response, status, reachedTransport}: Outcome,
  classification: Classification,
  now: number,
): void {
  const {sent, throttled} = classification;
  if (!reachedTransport) taken.refund(now);
  else if (isOverQuota(classification, status)) taken.throttled(now);
  else {
    if (response !== null && !throttled && !isOverload(status)) {
      taken.admitted(now);
      if (quota !== null) learnRemaining(call, quota, response, now);
    }
    if (response === null && harmless(sent)) taken.refund(now); // What was answered has arrived.
  }
}

/** Learns from the headers what is left, since others may use the same account. If nothing is left, holds the queue until something is. */
function learnRemaining(
  {client, plan}: CallFacts,
  quota: Quota,
  {status, headers}: AttemptResponse,
  now: number,
): void {
  // The response of a test double may have no headers.
  if (headers === undefined || !quota.readsHeaders()) return;
  const remaining = remainingQuota(headers);
  if (remaining === null) return;
  quota.correct(remaining, now);
  if (!Object.values(remaining).includes(0)) return;
  const resetMs = nextAdmittedMs(status, headers, serverTime(headers, client.clock.wall()));
  if (resetMs !== undefined) quota.hold(Math.min(resetMs, plan.policy.retryAfter.maxMs), now);
}
