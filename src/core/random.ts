/** Chance, and the ids made by it. With system-clock.ts the only file that touches `Math.random` or `crypto`. */

/** A number in [0, 1), as `Math.random` gives it. */
export type Random = () => number;

export const systemRandom: Random = Math.random;

/**
 * A generator that gives the same numbers for the same seed. For tests and simulations, not for keys.
 *
 * @see Mulberry32 by Tommy Ettinger: 32 bits of state, passes gjrand.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes the ids a call carries. */
export interface Ids {
  /** One per call. */
  correlationId(): string;
  /** One per attempt, where the policy names a header for it. */
  requestId(): string;
  /** One per call that gets an idempotency key. Must be unguessable and never repeat. */
  idempotencyKey(): string;
}

/**
 * Correlation and request ids are a random prefix of this process and a counter: unique, and a tenth of the price of a
 * UUID. They name, they do not protect. Keys are UUIDs (version 4), because a server stores answers under them.
 */
export class SystemIds implements Ids {
  #prefix = '';
  #count = 0;

  correlationId(): string {
    // Made on first use: some workers allow no randomness while modules load.
    if (this.#prefix === '') this.#prefix = `${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}-`;
    return this.#prefix + (this.#count++).toString(36);
  }

  requestId(): string {
    return this.correlationId();
  }

  idempotencyKey(): string {
    return crypto.randomUUID();
  }
}
