/**
 * What a shop remembers: how often each order was charged, and which answer belongs to which idempotency key.
 *
 * The server's half of Idempotency-Key in its smallest form. Answers are kept for as long as the ledger lives.
 */

export interface Charge {
  readonly receipt: string;
  /** The answer was made by an earlier request with the same key; nothing was charged now. */
  readonly replayed: boolean;
}

export class Ledger {
  readonly #charges = new Map<string, number>();
  readonly #answers = new Map<string, {readonly order: string; readonly receipt: string}>();

  /**
   * Charges the order, or repeats the stored answer when the key was seen before.
   *
   * @returns null when the key belongs to another order, which is the client's mistake.
   */
  charge(order: string, key: string | null): Charge | null {
    const stored = key === null ? undefined : this.#answers.get(key);
    if (stored !== undefined) return stored.order === order ? {receipt: stored.receipt, replayed: true} : null;
    const times = (this.#charges.get(order) ?? 0) + 1;
    this.#charges.set(order, times);
    const receipt = `${order}-${times}`;
    // Stored with the work and not with the answer: the answer may never arrive, and the retry has to find it.
    if (key !== null) this.#answers.set(key, {order, receipt});
    return {receipt, replayed: false};
  }

  /** Times charged, for each order charged at all. */
  get charges(): ReadonlyMap<string, number> {
    return this.#charges;
  }

  /** Charges beyond the first of their order. */
  get duplicates(): number {
    return [...this.#charges.values()].reduce((sum, times) => sum + times - 1, 0);
  }
}
