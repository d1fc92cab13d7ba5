/** Retries stay under a share of the calls of a sliding window. */
import type {RatioBudget as RatioBudgetPolicy} from '../policy/types.ts';
import {type Budget, REFUSED, type Receipt} from './budget.ts';
import {SlidingWindow} from './sliding-window.ts';

/** @see Finagle's RetryBudget; Gateway API GEP-3388 */
export class RatioBudget implements Budget {
  readonly #policy: RatioBudgetPolicy;
  readonly #window: SlidingWindow;

  constructor(policy: RatioBudgetPolicy) {
    this.#policy = policy;
    this.#window = new SlidingWindow(policy.windowMs);
  }

  callStarted(now: number): void {
    this.#window.addAll(now);
  }

  firstTrySucceeded(): void {}

  withdraw(_throttled: boolean, now: number): Receipt {
    this.#window.advance(now);
    return this.#window.marked + 1 <= this.#allowed() ? this.#window.addMarked(now) : REFUSED;
  }

  giveBack(bucket: Receipt, now: number): void {
    this.#window.undoMarked(bucket, now);
  }

  /** A share of the calls is spent whether the retry helped or not. */
  retrySucceeded(): void {}

  remaining(now: number): number {
    this.#window.advance(now);
    const allowed = this.#allowed();
    return allowed < 1 ? 0 : Math.max(0, 1 - this.#window.marked / allowed);
  }

  #allowed(): number {
    // Rounding must not cost the last one: 0.1 × 30 is 3.0000000000000004 or 2.9999999999999996.
    return this.#window.all * this.#policy.ratio + (this.#policy.minPerSecond * this.#policy.windowMs) / 1000 + 1e-9;
  }
}
