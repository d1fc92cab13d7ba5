/** A retry budget as a token bucket: a retry costs tokens, refunded if it succeeds; a call without a retry adds one token; time refills it. */
import type {TokenBucketBudget} from '../policy/types.ts';
import {type Budget, REFUSED, type Receipt} from './budget.ts';

const MINUTE = 60_000;

/** @see smithy's 2026 retry mode: costs of 14 and 5, and the refund. The refill is ours. */
export class TokenBucket implements Budget {
  readonly #policy: TokenBucketBudget;
  #tokens: number;
  #filledAt = Infinity; // Full: time before the first look is no credit.

  constructor(policy: TokenBucketBudget) {
    this.#policy = policy;
    this.#tokens = policy.capacity;
  }

  callStarted(): void {}

  firstTrySucceeded(): void {
    this.#deposit(1);
  }

  withdraw(throttled: boolean, now: number): Receipt {
    this.#refill(now);
    const cost = throttled ? this.#policy.throttledCost : this.#policy.retryCost;
    if (this.#tokens < cost) return REFUSED;
    this.#tokens -= cost;
    return cost;
  }

  giveBack(cost: Receipt): void {
    this.#deposit(cost);
  }

  retrySucceeded(cost: Receipt): void {
    this.#deposit(cost);
  }

  remaining(now: number): number {
    this.#refill(now);
    return this.#policy.capacity === 0 ? 0 : this.#tokens / this.#policy.capacity;
  }

  #deposit(tokens: number): void {
    this.#tokens = Math.min(this.#policy.capacity, this.#tokens + tokens);
  }

  #refill(now: number): void {
    if (now > this.#filledAt) this.#deposit(((now - this.#filledAt) * this.#policy.refillPerMinute) / MINUTE);
    else if (this.#filledAt !== Infinity) return;
    this.#filledAt = now;
  }
}
