/** An origin that asked for a pause: `retryAfter.scope: "origin"` lets one call's hint hold the others too. */
import type {Random} from '../core/random.ts';

/** Held calls must not all be sent at the same moment: each is sent later than the hold, never earlier. */
const SPREAD = 0.1;
const LONGEST_SPREAD_MS = 1000;

export class OriginHold {
  #until = -Infinity;
  #heldMs = 0;

  /** The server asked for this long. A shorter hint does not shorten a longer one. */
  hold(ms: number, now: number): void {
    if (now + ms <= this.#until) return;
    this.#until = now + ms;
    this.#heldMs = ms;
  }

  holds(now: number): boolean {
    return now < this.#until;
  }

  /** 0 when the origin is not held. */
  leftMs(now: number): number {
    return Math.max(0, this.#until - now);
  }

  /** How long a new attempt has to wait: 0 when the origin is not held. */
  waitMs(now: number, random: Random): number {
    const leftMs = this.#until - now;
    return leftMs <= 0 ? 0 : leftMs + random() * Math.min(this.#heldMs * SPREAD, LONGEST_SPREAD_MS);
  }
}
