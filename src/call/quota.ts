/** How an attempt asks its quota: what it takes, its place in line, and what the quota learns of its end. */
import {RejectedError, type RejectionCode, withoutStack} from '../core/errors.ts';
import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import type {Clock} from '../core/timer.ts';
import {askedTokens} from '../decide/asked-tokens.ts';
import {type Classification, harmless, isOverload} from '../decide/classification.ts';
import {rateLimitResetMs, remainingQuota} from '../decide/rate-limit.ts';
import {serverTime} from '../decide/server-hint.ts';
import type {Quota, QuotaReservation, QuotaWaiter} from '../guards/quota.ts';
import {type Amounts, ONE_REQUEST} from '../guards/quota-amounts.ts';
import type {Applicant} from './applicant.ts';
import type {CallContext, CallFacts} from './context.ts';
import {notifyQueued} from './notify.ts';
import {CallPause, signalOf} from './wait.ts';

/** What an attempt may spend, as far as that is known before it is sent. */
export function amountsOf<R extends AttemptResponse>(call: CallContext<R>, {countsTokens}: Quota): Amounts {
  if (!countsTokens) return ONE_REQUEST;
  const {client, method, rawUrl: url, transport} = call;
  const {bodyText} = transport;
  const estimated = askedTokens(bodyText);
  const weighed = client.weigh?.({method, url, bodyText}) ?? {};
  return {
    requests: 1,
    inputTokens: countOf(weighed.inputTokens) ?? estimated.inputTokens ?? 0,
    outputTokens: countOf(weighed.outputTokens) ?? estimated.outputTokens ?? 0,
  };
}

/** Undefined for what is no count. */
const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.ceil(value) : undefined;

/** What the admission does once the attempt has what it takes. */
export type Proceed = <R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  taken: QuotaReservation,
  now: number,
) => void;

/** Goes on at once, or after a wait in line; or the attempt is refused, where it would wait too long. */
export function askQuota<R extends AttemptResponse>(
  call: CallContext<R>,
  applicant: Applicant<R>,
  quota: Quota,
  now: number,
  proceed: Proceed,
): void {
  const amounts = amountsOf(call, quota);
  const taken = quota.tryTake(amounts, now);
  if (taken !== null) return proceed(call, applicant, taken, now);
  const refusal = refusalOf(call, quota, amounts, now);
  if (refusal !== null) return applicant.refused(call, 'quota-exceeded', refusal);
  applicant.waiting?.();
  new PlaceInLine(call, applicant, quota, amounts, now, proceed);
}

/** Null where the attempt may wait. */
function refusalOf<R extends AttemptResponse>(
  call: CallContext<R>,
  quota: Quota,
  amounts: Amounts,
  now: number,
): RejectedError | null {
  const {guarded} = quota;
  const limit = quota.exceeded(amounts);
  if (limit !== undefined) {
    const {unit, max, perMs} = limit.policy;
    const message = `This call takes ${limit.amountOf(amounts)} ${unit} of the quota of ${guarded}, which has ${max} in ${perMs} ms: it never fits.`;
    return refused('QUOTA_TOO_LARGE', guarded, message);
  }
  const waitMs = quota.waitMs(amounts, call.attempts > 0, now);
  if (waitMs > waitableMs(call, quota, now)) return tooLong(quota, waitMs);
  if (!quota.isFull) return null;
  const message = `${quota.waiting} attempts wait for the quota of ${guarded}, and its line is full.`;
  return refused('QUOTA_QUEUE', guarded, message, waitMs);
}

function tooLong(quota: Quota, waitMs: number): RejectedError {
  const message = `The quota of ${quota.guarded} has room for this call in ${Math.ceil(waitMs)} ms, later than its deadline and quota.maxWaitMs (${quota.maxWaitMs} ms) allow.`;
  return refused('QUOTA_WAIT', quota.guarded, message, waitMs);
}

/** Thousands a second while a quota is used up; the stack would be most of the cost. */
const refused = (code: RejectionCode, guarded: string, message: string, retryAfterMs?: number): RejectedError =>
  withoutStack(() => new RejectedError(code, guarded, message, retryAfterMs));

/** Of a call that has just begun, the very number that the clock was told to expect. */
function waitableMs<R extends AttemptResponse>(
  {startedAt, deadlineMs, deadlineAt}: CallContext<R>,
  {maxWaitMs}: Quota,
  now: number,
): number {
  return Math.min(maxWaitMs, (now === startedAt ? deadlineMs : deadlineAt - now) - LEAST_ATTEMPT_MS);
}

/** An attempt in line. One object without functions of its own: a million can wait. */
class PlaceInLine<R extends AttemptResponse> extends CallPause implements QuotaWaiter {
  ahead: QuotaWaiter | null = null;
  behind: QuotaWaiter | null = null;
  readonly amounts: Amounts;
  readonly isRetry: boolean;
  readonly #call: CallContext<R>;
  readonly #applicant: Applicant<R>;
  readonly #quota: Quota;
  readonly #since: number;
  readonly #proceed: Proceed;

  constructor(
    call: CallContext<R>,
    applicant: Applicant<R>,
    quota: Quota,
    amounts: Amounts,
    now: number,
    proceed: Proceed,
  ) {
    super(call.client.clock, waitableMs(call, quota, now), signalOf(call.transport));
    this.amounts = amounts;
    this.isRetry = call.attempts > 0;
    this.#call = call;
    this.#applicant = applicant;
    this.#quota = quota;
    this.#since = now;
    this.#proceed = proceed;
    if (this.isRetry) call.client.handle.waits.add(this);
    notifyQueued(call, quota.waitMs(amounts, this.isRetry, now));
    quota.join(this, now);
  }

  get clock(): Clock {
    return this.#call.client.clock;
  }

  /** What was settled, or left the line, is another call's: what this call throws must not reach that one. */
  served(taken: QuotaReservation, now: number): void {
    this.step(() => {
      this.end();
      this.#noteWait(now);
      this.#proceed(this.#call, this.#applicant, taken, now);
    });
  }

  protected override over(isAborted: boolean): void {
    const call = this.#call;
    const now = this.clock.now();
    this.#quota.leave(this, now);
    this.#noteWait(now);
    const isRefused = !isAborted && now + LEAST_ATTEMPT_MS < call.deadlineAt && !this.#isDisabled;
    if (!isRefused) return this.#applicant.left(call, isAborted);
    const waitMs = this.#quota.waitMs(this.amounts, this.isRetry, now);
    this.#applicant.refused(call, 'quota-exceeded', tooLong(this.#quota, waitMs));
  }

  /** `disableRetries()` ended the wait. */
  get #isDisabled(): boolean {
    return this.isRetry && this.#call.client.handle.retriesDisabled;
  }

  #noteWait(now: number): void {
    if (now > this.#since) this.#call.retryState.queuedMs += now - this.#since;
  }

  override broke(error: unknown): void {
    quietly(() => this.end());
    quietly(() => this.#quota.leave(this, this.#since));
    this.#applicant.broke(this.#call, error);
  }

  override end(): void {
    if (this.isRetry) this.#call.client.handle.waits.delete(this);
    super.end();
  }
}

/** An attempt ended. */
export function settleQuota(
  call: CallFacts,
  taken: QuotaReservation,
  {response, status, reachedTransport}: Outcome,
  {sent, throttled, transient}: Classification,
  now: number,
): void {
  // A used-up account throttles too, and no rate helps against that: it is not transient.
  const isOverQuota = throttled && transient && !isOverload(status);
  if (!reachedTransport) taken.refund(now);
  else if (isOverQuota) taken.throttled(now);
  else {
    if (response !== null && !throttled && !isOverload(status)) {
      taken.admitted(now);
      learnRemaining(call, response, now);
    }
    if (harmless(sent)) taken.refund(now);
  }
}

/** Others may use the same account. Where nothing remains, the line is held until the reset. */
function learnRemaining({client, plan, guards}: CallFacts, {status, headers}: AttemptResponse, now: number): void {
  const {quota} = guards;
  // What tests make up for a success may have no headers.
  const remaining = quota?.learns && headers !== undefined ? remainingQuota(headers) : null;
  if (quota === null || remaining === null) return;
  quota.correct(remaining, now);
  if (!Object.values(remaining).includes(0)) return;
  const resetMs = rateLimitResetMs(status, headers, serverTime(headers, client.clock.wall()));
  if (resetMs !== undefined) quota.hold(Math.min(resetMs, plan.policy.retryAfter.maxMs), now);
}
