/** What Redis does not know yet of the amounts that it granted: when they were used, and which are given back. */

export class QuotaChanges {
  /** For each limit, by slot of the window. */
  readonly #amounts: readonly Map<number, number>[];
  #isUrgent = false;

  /** @param count Number of limits. */
  constructor(count: number) {
    this.#amounts = Array.from({length: count}, () => new Map<number, number>());
  }

  /** Whether amounts are to be given back, so that other processes can use them. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** An amount counts in another slot: it was used before its lease has ended. */
  move(index: number, from: number, to: number, amount: number): void {
    if (from === to) return;
    this.#add(index, from, -amount);
    this.#add(index, to, amount);
  }

  /** More or, if negative, less was used than was taken. */
  correct(index: number, slot: number, more: number): void {
    this.#add(index, slot, more);
    this.#isUrgent = true;
  }

  /** Other processes may have to wait longer for what has moved. */
  urge(): void {
    this.#isUrgent = true;
  }

  /** Hands all changes over, for one report: limit, slot and amount of each. */
  hand(): readonly number[] {
    const changes = this.#amounts.flatMap((slots, index) =>
      [...slots].flatMap(([slot, amount]) => (amount === 0 ? [] : [index + 1, slot, amount])),
    );
    this.clear();
    return changes;
  }

  clear(): void {
    for (const slots of this.#amounts) slots.clear();
    this.#isUrgent = false;
  }

  #add(index: number, slot: number, amount: number): void {
    const slots = this.#amounts[index]!;
    slots.set(slot, (slots.get(slot) ?? 0) + amount);
  }
}
