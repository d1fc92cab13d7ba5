/** For how long the limits of a process have kept attempts waiting, overlapping times counted once. */
export class LimitedTime {
  #until = Number.NEGATIVE_INFINITY;
  /** Till then. */
  #totalMs = 0;

  /** The first attempt has to wait for so long. */
  add(ms: number, now: number): void {
    const until = now + ms;
    if (until <= this.#until) return;
    this.#totalMs += until - Math.max(now, this.#until);
    this.#until = until;
  }

  /** In ms. */
  soFar(now: number): number {
    return this.#totalMs - Math.max(0, this.#until - now);
  }

  /** The same when the present wait will be over. */
  get expectedMs(): number {
    return this.#totalMs;
  }
}
