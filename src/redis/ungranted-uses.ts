/** What a process took from a shared quota while Redis did not answer. Redis gets to know it when it answers again. */
import type {QuotaLot} from '../guards/quota-supply.ts';

/** Uses are kept in this many parts of the longest window. */
const PARTS = 256;

export class UngrantedUse implements QuotaLot {
  readonly slots = null;
  readonly amounts: number[];
  /** When the last of the amounts was taken. */
  at: number;

  constructor(amounts: readonly number[], at: number) {
    this.amounts = [...amounts];
    this.at = at;
  }
}

export class UngrantedUses {
  #uses: UngrantedUse[] = [];
  readonly #windowMs: number;

  /** @param windowMs Length of the longest window: older uses do not count any more. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  get isEmpty(): boolean {
    return this.#uses.length === 0;
  }

  add(amounts: readonly number[], at: number): UngrantedUse {
    const last = this.#uses.at(-1);
    if (last !== undefined && at - last.at < this.#windowMs / PARTS) {
      for (const [index, amount] of amounts.entries()) last.amounts[index]! += amount;
      last.at = at;
      return last;
    }
    const use = new UngrantedUse(amounts, at);
    this.#uses.push(use);
    if (this.#uses.length > 2 * PARTS) this.#uses = this.#uses.filter(each => at - each.at < this.#windowMs);
    return use;
  }

  /** Changes an amount, unless Redis knows of it: then it stays as it was reserved. */
  correct(use: QuotaLot, index: number, more: number): void {
    const known = this.#uses.find(each => each === use);
    if (known !== undefined) known.amounts[index]! += more;
  }

  replace(uses: readonly UngrantedUse[]): void {
    this.#uses = [...uses];
  }

  /** Hands all uses over, for a report. */
  hand(): readonly UngrantedUse[] {
    const uses = this.#uses;
    this.#uses = [];
    return uses;
  }

  /** The report may not have arrived: it is made again. If it had, the uses count twice until they leave the window. */
  restore(uses: readonly UngrantedUse[]): void {
    this.#uses = [...uses, ...this.#uses];
  }

  /** The report has arrived, late. */
  forget(uses: readonly UngrantedUse[]): void {
    this.#uses = this.#uses.filter(use => !uses.includes(use));
  }
}
