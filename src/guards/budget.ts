/**
 * Retry budgets: how much of the load on an origin may be retries.
 *
 * Why budgets and not only `maxAttempts`? In an outage every call fails, and three attempts a call are three times the
 * load on a server that is already down. A budget lets single calls be retried freely and a storm hardly at all.
 */

/** Proof of a reservation, kept until the retry has happened or will not happen. */
export type Receipt = number;
/** What `withdraw` says when there is nothing left. No amount, and no place in time, so it cannot be taken for a receipt. */
export const REFUSED: Receipt = Number.NEGATIVE_INFINITY;

/** The server set the time of this retry itself, so the budget was not asked. Like `REFUSED` no amount, and no place in time. */
export const FREE: Receipt = Number.POSITIVE_INFINITY;

export interface Budget {
  /** A call sends its first attempt. */
  callStarted(now: number): void;
  /** A call succeeded at its first attempt. */
  firstTrySucceeded(now: number): void;
  /** An attempt failed in a way that a retry may help against. Left out: the budget counts calls and retries only. */
  attemptFailed?(now: number): void;
  /** Reserves one retry or hedge. */
  withdraw(throttled: boolean, now: number): Receipt;
  /** The reserved retry did not happen. */
  giveBack(receipt: Receipt, now: number): void;
  /** The reserved retry succeeded. */
  retrySucceeded(receipt: Receipt, now: number): void;
  /** The share that is left, 0..1. */
  remaining(now: number): number;
}
