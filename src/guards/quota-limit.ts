/** One limit of a quota: the amount taken in its window, and the spacing of requests. */
import type {QuotaLimit as QuotaLimitPolicy} from '../policy/types.ts';
import type {Amounts} from './quota-amounts.ts';
import {type QuotaUse, QuotaWindow} from './quota-window.ts';

/** Servers enforce a limit per minute also by the second: 60 a minute as 1 a second. */
const SHORT_WINDOW_MS = 1000;
/** Sums of fractions of a millisecond differ by less. */
const ROUNDING_MS = 1e-3;

export class QuotaLimit {
  readonly policy: QuotaLimitPolicy;
  readonly #window: QuotaWindow;
  /** Milliseconds between two requests while attempts wait for it; 0 for tokens, which are not spread. */
  readonly spacingMs: number;
  /** How many milliseconds ahead of the spacing a request may be sent while no attempt waits for the spacing. */
  readonly #aheadMs: number;
  /** When the spacing allows the next request. */
  #nextAt = -Infinity;
  /** The amount of attempts that something keeps from being sent. */
  #kept = 0;

  constructor(policy: QuotaLimitPolicy) {
    const {unit, max, perMs} = policy;
    this.policy = policy;
    this.#window = new QuotaWindow(max, perMs);
    this.spacingMs = unit === 'requests' ? Math.min(SHORT_WINDOW_MS, perMs / max) : 0;
    this.#aheadMs = SHORT_WINDOW_MS - this.spacingMs + ROUNDING_MS;
  }

  amountOf({requests, inputTokens, outputTokens}: Amounts): number {
    switch (this.policy.unit) {
      case 'requests':
        return requests;
      case 'inputTokens':
        return inputTokens;
      case 'outputTokens':
        return outputTokens;
      case 'tokens':
        return inputTokens + outputTokens;
    }
  }

  left(now: number): number {
    return Math.max(0, this.#left(now));
  }

  fits(amounts: Amounts, now: number): boolean {
    return !this.isAhead(now) && this.amountOf(amounts) <= this.#left(now);
  }

  /** Whether the requests of one second were sent, so that the next one has to wait for the spacing. */
  isAhead(now: number): boolean {
    return this.#nextAt - this.#aheadMs > now;
  }

  /**
   * Milliseconds until these amounts fit, those of the attempts ahead in the queue included; 0 if they fit now.
   *
   * @param isSpaced Whether no request may be sent ahead of the spacing.
   */
  waitMs(amounts: Amounts, isSpaced: boolean, now: number): number {
    const amount = this.amountOf(amounts);
    return Math.max(this.#spacedMs(amount, isSpaced, now), this.#window.waitMs(amount + this.#kept, now));
  }

  #spacedMs(amount: number, isSpaced: boolean, now: number): number {
    if (this.spacingMs === 0) return 0;
    const ms = Math.max(0, this.#nextAt - now) + (amount - 1) * this.spacingMs;
    return isSpaced || ms > this.#aheadMs ? ms : 0;
  }

  /** Milliseconds until these amounts fit into a share of the limit, which a process uses alone; 0 if they fit now. */
  waitInShareMs(amounts: Amounts, share: number, now: number): number {
    // An amount above the share fits when the window is empty.
    const {max} = this.policy;
    return this.#window.waitMs(Math.min(max, this.amountOf(amounts) + this.#kept + max - share), now);
  }

  /** The amounts in the window, and how long ago they were taken, the oldest first. */
  history(now: number): QuotaUse[] {
    const history = this.#window.history(now);
    return this.#kept > 0 ? [...history, {ageMs: 0, amount: this.#kept}] : history;
  }

  /** @returns The slot of the window that holds the amount. */
  take(amounts: Amounts, now: number): number {
    const amount = this.amountOf(amounts);
    if (this.spacingMs > 0) this.#nextAt = Math.max(this.#nextAt, now) + amount * this.spacingMs;
    return this.#window.take(amount, now);
  }

  /** Lowers what is left to what the server reports: others may use the same account. The difference returns after one window. */
  lower(left: number, now: number): void {
    const excess = this.left(now) - left;
    if (excess > 0) this.#window.take(excess, now);
  }

  /** A reserved amount counts until one window after its attempt is sent. */
  keep(slot: number, amounts: Amounts): void {
    const amount = this.amountOf(amounts);
    this.#window.correct(slot, -amount);
    this.#kept += amount;
  }

  /** @returns The slot of the window that holds the amount, which was kept. */
  sent(amounts: Amounts, now: number): number {
    const amount = this.amountOf(amounts);
    this.#kept -= amount;
    return this.#window.take(amount, now);
  }

  /** Replaces a reserved amount by the actual one. @param slot Null for an amount that is kept. */
  settle(slot: number | null, reserved: Amounts, actual: Amounts): void {
    const more = this.amountOf(actual) - this.amountOf(reserved);
    if (slot === null) this.#kept += more;
    else this.#window.correct(slot, more);
  }

  #left(now: number): number {
    return this.#window.left(now) - this.#kept;
  }
}
