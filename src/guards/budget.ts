/**
 * Retry budgets: how much of the load on an origin may be retries.
 *
 * Why budgets and not only `maxAttempts`? In an outage every call fails, and three attempts a call are three times the
 * load on a server that is already down. A budget lets single calls be retried freely and a storm hardly at all.
 */

/** Proof of a reservation, kept until the retry has happened or will not happen. */
export type Receipt = number;
/** Returned by `withdraw` if the budget is used up. Neither an amount nor a time, so it cannot be mistaken for a receipt. */
export const REFUSED: Receipt = -Infinity;

/** The receipt of a retry whose time the server set, so the budget is not used. Like `REFUSED` neither an amount nor a time. */
export const FREE: Receipt = Infinity;

export interface Budget {
  /** A call sends its first attempt. */
  callStarted(now: number): void;
  /** A call succeeded at its first attempt. */
  firstTrySucceeded(now: number): void;
  /** An attempt failed and a retry may help. Absent: the budget counts only calls and retries. */
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
