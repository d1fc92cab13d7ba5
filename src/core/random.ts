/** Chance, and the ids made by it. With system-clock.ts the only file that touches `Math.random` or `crypto`. */

/** Returns a number from 0 to 1, without 1, like `Math.random`. */
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

/** Between the parts of a form. Unguessable, so that no file in the form can contain it; in lower case, as the type of a Blob is. */
export const newBoundary = (): string => `----${crypto.randomUUID()}`;

/**
 * Makes the ids of a call, at once: each is 1 to 255 visible ASCII characters, no double quote or backslash. Anything else, such
 * as a promise, ends the call with a TypeError before it is sent, and so does what a method throws, unchanged.
 */
export interface Ids {
  /** Called once for each call. */
  correlationId(): string;
  /** Called once for each attempt, if the policy names a header for the id. */
  requestId(): string;
  /** Called once for each call that gets an idempotency key. A key has to be unguessable and unique. */
  idempotencyKey(): string;
}

/**
 * The default ids. Correlation ids and request ids are a random prefix of the process and a counter: unique, but not secret, and ten times
 * cheaper than a UUID. Idempotency keys are UUIDs (version 4), because a server stores responses under them.
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
