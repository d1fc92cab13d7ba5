/** What the budget holds for the resend to come, and what the one in flight was paid with. */
import {type Budget, REFUSED, type Receipt} from '../guards/budget.ts';

export class Reservation {
  readonly #budget: Budget | null;
  #held: Receipt = REFUSED;
  #spent: Receipt = REFUSED;

  constructor(budget: Budget | null) {
    this.#budget = budget;
  }

  /** `judge` withdrew this; it is not spent before the resend is sent. */
  hold(receipt: Receipt): void {
    this.#held = receipt;
  }

  /** A hook of the user's insists on a resend (`ky.retry()`): it is paid for as far as the budget goes. */
  holdForced(now: number): void {
    if (this.#held === REFUSED && this.#budget !== null) this.#held = this.#budget.withdraw(false, now);
  }

  /** An attempt goes out. */
  spend(): void {
    this.#spent = this.#held;
    this.#held = REFUSED;
  }

  /** The resend will not happen. */
  giveBack(now: number): void {
    if (this.#held === REFUSED) return;
    this.#budget!.giveBack(this.#held, now);
    this.#held = REFUSED;
  }

  /** The call succeeded. */
  succeeded(isFirstTry: boolean, now: number): void {
    if (isFirstTry) this.#budget?.firstTrySucceeded(now);
    else if (this.#spent !== REFUSED) this.#budget!.resendSucceeded(this.#spent, now);
  }
}
