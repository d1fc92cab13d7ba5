/** The attempts that wait for the lease of a probe, and the one request for it that is under way. */
import type {RecoveryWaiter, WaitingLine} from '../guards/recovery-line.ts';

/** Asks for leases. `ended` may be called more than once: when Redis has not answered in time, and when it answers then. */
type Ask = (waiting: number, now: number, ended: () => void) => void;

export class LeaseRequests implements WaitingLine {
  readonly #ask: Ask;
  #waiting = new Set<RecoveryWaiter>();
  /** The request that is under way. */
  #request: object | null = null;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  join(waiter: RecoveryWaiter, now: number): void {
    this.#waiting.add(waiter);
    if (this.#request !== null) return;
    const request = {};
    this.#request = request;
    this.#ask(this.#waiting.size, now, () => {
      if (this.#request !== request) return;
      this.#request = null;
      const waiting = this.#waiting;
      this.#waiting = new Set();
      for (const each of waiting) each.released(null);
    });
  }

  leave(waiter: RecoveryWaiter): void {
    this.#waiting.delete(waiter);
  }
}
