/**
 * A concurrency limit that finds the load an origin can take: additive increase, multiplicative decrease.
 *
 * The limit grows with successes while at least half of it is in use: by one per success until the first decrease, which doubles the limit
 * per round trip, then by one per round trip. It falls when the origin throttles or an attempt times out, at most once per round trip:
 * attempts that began before the last decrease say nothing about the new limit.
 *
 * @see RFC 5681, section 3.1; Netflix concurrency-limits, AIMDLimit
 */
import {leastConcurrency} from '../policy/least-concurrency.ts';
import type {AdaptiveConcurrency} from '../policy/types.ts';

/** What the end of an attempt says about the load on its origin. `nothing`: it failed for another reason, was refused or aborted. */
export type Load = 'fine' | 'too-much' | 'nothing';

export class AdaptiveLimit {
  readonly #policy: AdaptiveConcurrency;
  readonly #min: number;
  /** The limit as a fraction; `max` is its whole part. */
  #places: number;
  #decreasedAt = -Infinity;

  constructor(policy: AdaptiveConcurrency) {
    this.#policy = policy;
    this.#min = leastConcurrency(policy);
    this.#places = Math.min(Math.max(policy.start, this.#min), policy.max);
  }

  get max(): number {
    return Math.floor(this.#places);
  }

  /** @param inFlight Attempts in flight, the one that ended included. */
  learn(load: Load, startedAt: number, inFlight: number, now: number): void {
    if (load === 'too-much') this.#decrease(startedAt, now);
    else if (load === 'fine') this.#increase(inFlight);
  }

  #decrease(startedAt: number, now: number): void {
    if (startedAt <= this.#decreasedAt) return;
    this.#decreasedAt = now;
    this.#places = Math.max(this.#min, Math.floor(this.#places * this.#policy.decreaseRatio));
  }

  /** A limit that is hardly used does not grow: the success of few attempts says nothing about many. */
  #increase(inFlight: number): void {
    if (inFlight * 2 < this.#places) return;
    const isFirstRise = this.#decreasedAt === -Infinity;
    this.#places = Math.min(this.#policy.max, this.#places + (isFirstRise ? 1 : 1 / this.#places));
  }
}
