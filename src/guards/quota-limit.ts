/** One limit of a quota: what was taken in its window, and, for requests, how close they follow each other. */
import type {QuotaLimit as QuotaLimitPolicy} from '../policy/types.ts';
import type {Amounts} from './quota-amounts.ts';
import {QuotaWindow} from './quota-window.ts';

/** Servers enforce a limit a minute as its share of each second, too. */
const SHORT_WINDOW_MS = 1000;

export class QuotaLimit {
  readonly policy: QuotaLimitPolicy;
  readonly #window: QuotaWindow;
  /** Between two requests while others wait; 0 for tokens, which are not spread. */
  readonly #spacingMs: number;
  /** How far ahead of the spacing a request may go that finds no line. */
  readonly #aheadMs: number;
  /** When the next request is due by the spacing. */
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(policy: QuotaLimitPolicy) {
    const {unit, max, perMs} = policy;
    this.policy = policy;
    this.#window = new QuotaWindow(max, perMs);
    this.#spacingMs = unit === 'requests' ? Math.min(SHORT_WINDOW_MS, perMs / max) : 0;
    this.#aheadMs = SHORT_WINDOW_MS - this.#spacingMs;
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
    return Math.max(0, this.#window.left(now));
  }

  fits(amounts: Amounts, now: number): boolean {
    return this.#nextAt - this.#aheadMs <= now && this.amountOf(amounts) <= this.#window.left(now);
  }

  /** Milliseconds until an attempt in line fits that comes after these amounts; 0 if it fits now. */
  waitMs(amounts: Amounts, now: number): number {
    const amount = this.amountOf(amounts);
    const spacedMs = this.#spacingMs === 0 ? 0 : this.#nextAt + (amount - 1) * this.#spacingMs - now;
    return Math.max(0, spacedMs, this.#window.waitMs(amount, now));
  }

  /** @returns The slot of the window that holds it. */
  take(amounts: Amounts, now: number): number {
    const amount = this.amountOf(amounts);
    if (this.#spacingMs > 0) this.#nextAt = Math.max(this.#nextAt, now) + amount * this.#spacingMs;
    return this.#window.take(amount, now);
  }

  /** The server says that no more than this is left: others use the same account. The difference comes back after a window. */
  lower(left: number, now: number): void {
    const excess = this.left(now) - left;
    if (excess > 0) this.#window.take(excess, now);
  }

  /** What was taken turns out to be `actual`. */
  settle(slot: number, reserved: Amounts, actual: Amounts): void {
    this.#window.correct(slot, this.amountOf(actual) - this.amountOf(reserved));
  }
}
