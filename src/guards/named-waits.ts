/**
 * Whether a server that names the wait admits the retry that obeyed it. While it does, such a retry takes nothing from the budget: the server
 * sees its whole load, and a budget only that of one client. Where it refuses nearly all of them, the retries are the load: some limiters
 * count what they refuse, and then retries alone keep a service refused.
 */
import {SlidingWindow} from './sliding-window.ts';

const WINDOW_MS = 10_000;
/** So many retries show something. */
const ENOUGH = 20;
/** Less than this share of them succeeds. */
const HARDLY_ANY = 0.05;
/** How long a refusal counts: a server that refuses for a moment admits the next ones. */
const FOR_MS = 4000;

export class NamedWaits {
  readonly #retries = new SlidingWindow(WINDOW_MS);
  /** Since when hardly any succeeds; NaN where that is not so. */
  #since = NaN;

  /** Whether a retry at the time that the server named is free. */
  areKept(now: number): boolean {
    return !(now - this.#since > FOR_MS) || !this.#hardlyAny(now);
  }

  /** A retry succeeded, or the server refused it and asked to wait once more. */
  retried(succeeded: boolean, now: number): void {
    this.#retries.addAll(now);
    if (succeeded) this.#retries.addMarked(now);
    if (!this.#hardlyAny(now)) this.#since = NaN;
    else if (Number.isNaN(this.#since)) this.#since = now;
  }

  #hardlyAny(now: number): boolean {
    this.#retries.advance(now);
    const {all, marked} = this.#retries;
    return all >= ENOUGH && marked < all * HARDLY_ANY;
  }
}
