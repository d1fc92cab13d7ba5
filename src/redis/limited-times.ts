/** When the limits of a process kept attempts waiting, whatever Redis had granted, or the process stood still: that is no wait for Redis. */

/** The latest times that are kept. Under a steady load they adjoin, and are one. */
const MOST = 64;
/** Timers fire up to so much later than they are due, ms. */
const TIMER_MS = 1;

export class LimitedTimes {
  readonly #times: {readonly from: number; until: number}[] = [];

  /** The first attempt in the queue has to wait for so long. */
  add(ms: number, now: number): void {
    const last = this.#times.at(-1);
    if (last !== undefined && now <= last.until + TIMER_MS) last.until = Math.max(last.until, now + ms);
    else this.#times.push({from: now, until: now + ms});
    if (this.#times.length > MOST) this.#times.shift();
  }

  /** Milliseconds since then, those included for which an attempt has to wait yet. */
  since(at: number): number {
    return this.#times.reduce((sum, {from, until}) => sum + Math.max(0, until - Math.max(from, at)), 0);
  }
}
