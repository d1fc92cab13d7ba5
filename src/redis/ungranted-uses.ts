/** What a process took from a shared quota while Redis did not answer. Redis gets to know it when it answers again. */
import type {QuotaLot} from '../guards/quota-supply.ts';

/** Uses are kept in this many parts of the longest window. */
const PARTS = 256;

export class UngrantedUse implements QuotaLot {
  readonly slots = null;
  readonly amounts: number[];
  /** When the last of the amounts was taken. */
  at: number;
  /** Number of the first request that had it; 0 before. */
  request = 0;

  constructor(amounts: readonly number[], at: number) {
    this.amounts = [...amounts];
    this.at = at;
  }
}

export class UngrantedUses {
  #uses: UngrantedUse[] = [];
  /** The use to which later ones are added; null if Redis may know the last one. */
  #open: UngrantedUse | null = null;
  readonly #windowMs: number;

  /** @param windowMs Length of the longest window: older uses do not count any more. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  get isEmpty(): boolean {
    return this.#uses.length === 0;
  }

  add(amounts: readonly number[], at: number): UngrantedUse {
    const open = this.#open;
    if (open !== null && at - open.at < this.#windowMs / PARTS) {
      for (const [index, amount] of amounts.entries()) open.amounts[index]! += amount;
      open.at = at;
      return open;
    }
    const use = new UngrantedUse(amounts, at);
    this.#open = use;
    this.#uses.push(use);
    if (this.#uses.length > 2 * PARTS) this.end(at);
    return use;
  }

  /** Drops what has left the longest window. */
  end(now: number): void {
    this.#uses = this.#uses.filter(each => now - each.at < this.#windowMs);
  }

  /** Changes an amount, unless Redis knows of it: then it stays as it was reserved. */
  correct(use: QuotaLot, index: number, more: number): void {
    const known = this.#uses.find(each => each === use);
    if (known !== undefined) known.amounts[index]! += more;
  }

  replace(uses: readonly UngrantedUse[]): void {
    this.#uses = [...uses];
    this.#open = null;
  }

  /**
   * Amounts were granted after all, late: they count for what was used since they were asked for.
   *
   * @returns What is left of them.
   */
  cover(granted: readonly number[], since: number): number[] {
    const left = [...granted];
    for (const {at, amounts} of this.#uses) {
      if (at < since) continue;
      for (const [index, amount] of amounts.entries()) {
        const covered = Math.min(amount, left[index]!);
        amounts[index]! -= covered;
        left[index]! -= covered;
      }
    }
    return left;
  }

  /** Hands all uses over, for a request. Redis knows those that another request had which it has carried out. */
  hand(request: number): readonly UngrantedUse[] {
    const uses = this.#uses;
    for (const use of uses) use.request ||= request;
    this.#uses = [];
    this.#open = null;
    return uses;
  }

  /** The request may not have arrived: the next one has them again. */
  restore(uses: readonly UngrantedUse[]): void {
    this.#uses = [...uses, ...this.#uses];
  }

  /** The request has arrived, and its answer is late. */
  forget(uses: readonly UngrantedUse[]): void {
    this.#uses = this.#uses.filter(use => !uses.includes(use));
  }
}
