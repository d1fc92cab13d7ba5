/** How much of a limit was used within the last `perMs` milliseconds. */

/** The window moves by slots, so an amount leaves the window up to 1/256 of its length late, and never early. */
const SLOTS = 256;
const KEPT = SLOTS + 1;

export class QuotaWindow {
  /** May be changed at any time. */
  max: number;
  readonly #perMs: number;
  readonly #slotMs: number;
  /** Slot `n` is at index `n % KEPT`. */
  readonly #slots = new Float64Array(KEPT);
  /** When slot 0 began; NaN before the first use. */
  #since = Number.NaN;
  #newest = 0;
  #used = 0;

  constructor(max: number, perMs: number) {
    this.max = max;
    this.#perMs = perMs;
    this.#slotMs = perMs / SLOTS;
  }

  /** Negative if attempts used more than they had reserved. */
  left(now: number): number {
    this.#advance(now);
    return this.max - this.#used;
  }

  /** @returns The slot that holds the amount. */
  take(amount: number, now: number): number {
    this.#advance(now);
    this.#put(this.#newest, amount);
    return this.#newest;
  }

  /** Changes the amount of a slot by `amount`, which may be negative. Has no effect once the slot has left the window. */
  correct(slot: number, amount: number): void {
    if (slot > this.#newest - KEPT) this.#put(slot, amount);
  }

  /** Milliseconds until the amount fits. An amount above `max` needs several windows: the wait lasts until its last part fits. */
  waitMs(amount: number, now: number): number {
    const windows = Math.max(0, Math.ceil(amount / this.max) - 1);
    return windows * this.#perMs + this.#waitInWindowMs(amount - windows * this.max, now);
  }

  #waitInWindowMs(amount: number, now: number): number {
    let excess = amount - this.left(now);
    if (excess <= 0) return 0;
    for (let slot = Math.max(0, this.#newest - SLOTS); slot <= this.#newest; slot++) {
      excess -= this.#slots[slot % KEPT]!;
      if (excess <= 0) return this.#since + (slot + KEPT) * this.#slotMs - now;
    }
    return this.#perMs;
  }

  #put(slot: number, amount: number): void {
    this.#slots[slot % KEPT]! += amount;
    this.#used += amount;
  }

  /** If the clock goes back, the newest slot stays the newest. */
  #advance(now: number): void {
    if (Number.isNaN(this.#since)) this.#since = now;
    const slot = Math.floor((now - this.#since) / this.#slotMs);
    if (slot <= this.#newest) return;
    if (slot - this.#newest >= KEPT) {
      this.#slots.fill(0);
      this.#used = 0;
    } else
      for (let each = this.#newest + 1; each <= slot; each++) {
        this.#used -= this.#slots[each % KEPT]!;
        this.#slots[each % KEPT] = 0;
      }
    this.#newest = slot;
  }
}
