/** The quota of an account on the server. Clients learn it from refusals, unless the server sends it in headers. */

export interface Limit {
  readonly unit: 'requests' | 'tokens';
  readonly max: number;
  readonly perMs: number;
  /** `window`: full again at the end of each window. `continuous`: refilled at an even rate, up to `max`. */
  readonly refill: 'window' | 'continuous';
}

export interface Spent {
  readonly requests: number;
  readonly tokens: number;
}

export class HiddenQuota {
  readonly #levels: readonly Level[];

  constructor(limits: readonly Limit[], now: number) {
    this.#levels = limits.map(limit => new Level(limit, now));
  }

  /**
   * Takes the cost of a request, or nothing if it does not fit.
   *
   * @returns 0 if the request is admitted, else the milliseconds until it would be.
   */
  admit(cost: Spent, now: number): number {
    const waitMs = Math.max(0, ...this.#levels.map(level => level.waitMs(cost, now)));
    if (waitMs === 0) for (const level of this.#levels) level.take(cost);
    return waitMs;
  }

  /** The headers in which OpenAI sends the limit, the remainder and the time to refill. */
  headers(now: number): Record<string, string> {
    return Object.assign({}, ...this.#levels.map(level => level.headers(now)));
  }
}

class Level {
  readonly #limit: Limit;
  #left: number;
  /** The start of the window, or the time of the last refill. */
  #since: number;

  constructor(limit: Limit, now: number) {
    this.#limit = limit;
    this.#left = limit.max;
    this.#since = now;
  }

  waitMs(cost: Spent, now: number): number {
    const {unit, max, perMs, refill} = this.#limit;
    this.#refill(now);
    const missing = cost[unit] - this.#left;
    if (missing <= 0) return 0;
    return refill === 'window' ? this.#since + perMs - now : (missing * perMs) / max;
  }

  take(cost: Spent): void {
    this.#left -= cost[this.#limit.unit];
  }

  headers(now: number): Record<string, string> {
    const {unit, max, perMs, refill} = this.#limit;
    this.#refill(now);
    const resetMs = refill === 'window' ? this.#since + perMs - now : ((max - this.#left) * perMs) / max;
    return {
      [`x-ratelimit-limit-${unit}`]: `${max}`,
      [`x-ratelimit-remaining-${unit}`]: `${Math.floor(this.#left)}`,
      [`x-ratelimit-reset-${unit}`]: `${Math.ceil(resetMs)}ms`,
    };
  }

  #refill(now: number): void {
    const {max, perMs, refill} = this.#limit;
    const passed = now - this.#since;
    if (refill === 'continuous') {
      this.#left = Math.min(max, this.#left + (passed * max) / perMs);
      this.#since = now;
    } else if (passed >= perMs) {
      this.#left = max;
      this.#since += Math.floor(passed / perMs) * perMs;
    }
  }
}
