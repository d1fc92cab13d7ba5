/**
 * Whether a server that names the wait admits the retry that obeyed it. While it mostly does, such a retry takes nothing from the budget: the
 * server sees its whole load, and a budget only that of one client. Where it refuses again and again, the retries are the load: some limiters
 * count what they refuse, and then retries alone keep a service refused.
 */

/** So many more such retries may be refused than attempts succeed. */
const MOST_REFUSED = 10;

export class NamedWaits {
  #left = MOST_REFUSED;

  /** Whether a retry at the time that the server named is free. */
  get areKept(): boolean {
    return this.#left > 0;
  }

  succeeded(): void {
    if (this.#left < MOST_REFUSED) this.#left += 0.1;
  }

  /** A retry was refused, and asked to wait once more. */
  refusedAgain(): void {
    if (this.#left > 0) this.#left--;
  }
}
