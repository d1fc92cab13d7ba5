/** How much of a limit was used within the last `perMs` milliseconds. */

const SLOTS = 256;

/** An amount that was taken. */
export interface QuotaUse {
  readonly ageMs: number;
  readonly amount: number;
}

export class QuotaWindow {
  /** May be changed at any time. */
  max: number;
  readonly #perMs: number;
  readonly #slotMs: number;
  /** Slot `n` is at index `n % kept`. */
  readonly #slots: Float64Array;
  readonly #kept: number;
  /** When slot 0 began; NaN before the first use. */
  #since = NaN;
  #newest = 0;
  #used = 0;

  /** @param slots The window moves in slots: an amount leaves it up to one slot late, and never early. */
  constructor(max: number, perMs: number, slots: number = SLOTS) {
    this.max = max;
    this.#perMs = perMs;
    this.#slotMs = perMs / slots;
    this.#kept = slots + 1;
    this.#slots = new Float64Array(this.#kept);
  }

  /** Negative if attempts used more than they had reserved. */
  left(now: number): number {
    return this.max - this.used(now);
  }

  used(now: number): number {
    this.#advance(now);
    return this.#used;
  }

  /** @returns The slot that holds the amount. */
  take(amount: number, now: number): number {
    this.#advance(now);
    this.#put(this.#newest, amount);
    return this.#newest;
  }

  /** Changes the amount of a slot by `amount`, which may be negative. Has no effect once the slot has left the window. */
  correct(slot: number, amount: number): void {
    if (slot > this.#newest - this.#kept) this.#put(slot, amount);
  }

  /** Milliseconds until the amount fits. An amount above `max` needs several windows: the wait lasts until its last part fits. */
  waitMs(amount: number, now: number): number {
    const windows = Math.max(0, Math.ceil(amount / this.max) - 1);
    return windows * this.#perMs + this.#waitInWindowMs(amount - windows * this.max, now);
  }

  /** The amounts in the window, the oldest first. The ages are at most as long as the real ones. */
  history(now: number): QuotaUse[] {
    this.#advance(now);
    const uses: QuotaUse[] = [];
    for (let slot = Math.max(0, this.#newest + 1 - this.#kept); slot <= this.#newest; slot++) {
      const amount = this.#slots[slot % this.#kept]!;
      if (amount > 0) uses.push({ageMs: Math.max(0, now - this.#since - (slot + 1) * this.#slotMs), amount});
    }
    return uses;
  }

  #waitInWindowMs(amount: number, now: number): number {
    let excess = amount - this.left(now);
    if (excess <= 0) return 0;
    for (let slot = Math.max(0, this.#newest + 1 - this.#kept); slot <= this.#newest; slot++) {
      excess -= this.#slots[slot % this.#kept]!;
      if (excess <= 0) return this.#since + (slot + this.#kept) * this.#slotMs - now;
    }
    return this.#perMs;
  }

  #put(slot: number, amount: number): void {
    this.#slots[slot % this.#kept]! += amount;
    this.#used += amount;
  }

  /** If the clock goes back, the newest slot stays the newest. */
  #advance(now: number): void {
    if (Number.isNaN(this.#since)) this.#since = now;
    const slot = Math.floor((now - this.#since) / this.#slotMs);
    if (slot <= this.#newest) return;
    if (slot - this.#newest >= this.#kept) {
      this.#slots.fill(0);
      this.#used = 0;
    } else
      for (let each = this.#newest + 1; each <= slot; each++) {
        this.#used -= this.#slots[each % this.#kept]!;
        this.#slots[each % this.#kept] = 0;
      }
    this.#newest = slot;
  }
}
