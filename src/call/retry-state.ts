/** State that only retried calls and event streams need; allocated when the first of it is written. */

import type {Pause} from '../core/timer.ts';
import type {OuterRetries} from '../decide/outer-retries.ts';
import {type Budget, FREE, REFUSED, type Receipt} from '../guards/budget.ts';
import type {Guards} from '../guards/origin-guards.ts';
import type {Release} from '../guards/recovery-line.ts';
import type {PreparedHeaders} from '../transport/prepared-headers.ts';
import type {Failover} from './failover.ts';

export class RetryState {
  waitedMs = 0;
  /** In the lines of quotas and breakers. */
  queuedMs = 0;
  hedges = 0;
  /** From the sending of the last attempt whose event stream had content to that content. */
  firstContentMs: number | undefined;
  /** The last planned wait, for decorrelated jitter. */
  lastBackoffMs = 0;
  /** Retries before the backoff last began again. */
  retriesBeforeBackoff = 0;
  /** The status of the attempt before, for `prepareAttempt`. */
  previousStatus = 0;
  /** The headers that `prepareAttempt` wrote for the last attempt. */
  prepared: PreparedHeaders | null = null;
  reservation: Reservation | null = null;
  /** Null where the call has one endpoint. */
  failover: Failover | null = null;
  /** The place of the last failure, and its attempt: the call may have moved on since. Null where the call has one endpoint. */
  failedAt: {readonly guards: Guards; readonly attempt: number} | null = null;
  waitedForEndpointsMs = 0;
  /** The part of `queuedMs` in the lines of breakers. */
  recoveryMs = 0;
  /** What the call left the line of a breaker with, until its attempt begins. */
  release: Release | null = null;
  /** Whose quota the call uses; undefined before that is asked. */
  account: string | undefined;
  /** Attempts that cost nothing, where the policy counts those that do. */
  freeAttempts = 0;
  /** Those of them that the server refused for its rate or its load. */
  freeRefusals = 0;
  /** Attempts that failed while the breaker was not closed: probes, for the most part. A batch does not count them. */
  failedProbes = 0;
  /** The attempt timeout of this call, if it grows with the requested output; null before the first attempt. */
  attemptTimeoutMs: number | null = null;
  /** The client above that retries as well, by the caller's headers. */
  outer: OuterRetries | null = null;
  /** Waits for functions of the user, which end with the call. */
  readonly waits: Set<Pause> = new Set();
}

/** The tokens that the budget has reserved for the next retry, and those that the retry and the hedge in flight have taken. */
export class Reservation {
  /** That of the endpoint at which the call first failed: another endpoint gives no further retries. */
  readonly budget: Budget;
  #held: Receipt = REFUSED;
  #spent: Receipt = REFUSED;
  #hedged: Receipt = REFUSED;

  constructor(budget: Budget) {
    this.budget = budget;
  }

  /** `decideRetry` withdrew this; it is not spent before the retry is sent. */
  hold(receipt: Receipt): void {
    this.#held = receipt;
  }

  /** A hook of the user forces a retry (`ky.retry()`). It takes as many tokens as the budget has. */
  holdForced(now: number): void {
    if (this.#held === REFUSED) this.#held = this.budget.withdraw(false, now);
  }

  /** An attempt goes out. */
  spend(): void {
    this.#spent = this.#held;
    this.#held = REFUSED;
  }

  /** @param receipt What the hedge took that goes out; REFUSED if none does. */
  spendOnHedge(receipt: Receipt): void {
    this.#hedged = receipt;
  }

  /** The attempt that went out was never sent. */
  unspend(now: number): void {
    this.#held = this.#spent;
    this.#spent = REFUSED;
    this.giveBack(now);
  }

  /** The retry will not happen. */
  giveBack(now: number): void {
    if (wasPaid(this.#held)) this.budget.giveBack(this.#held, now);
    this.#held = REFUSED;
  }

  /** The retry, or a hedged attempt, succeeded. A hook of the user can retry the call all the same, and what it took before is paid back once. */
  succeeded(now: number): void {
    for (const receipt of [this.#spent, this.#hedged]) if (wasPaid(receipt)) this.budget.retrySucceeded(receipt, now);
    this.#spent = REFUSED;
    this.#hedged = REFUSED;
  }
}

const wasPaid = (receipt: Receipt): boolean => receipt !== REFUSED && receipt !== FREE;
