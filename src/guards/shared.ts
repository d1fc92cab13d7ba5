/** Guards by the settings they were made from, each kept as long as a set of guards has it. */
export class Shared<G> {
  readonly #guards = new Map<string, {readonly guard: G; users: number}>();

  /** The guard of these settings, made where there is none. */
  acquire(key: string, make: () => G): G {
    let known = this.#guards.get(key);
    if (known === undefined) {
      known = {guard: make(), users: 0};
      this.#guards.set(key, known);
    }
    known.users++;
    return known.guard;
  }

  /** Has no effect where there is no guard: the policy has none of the kind. */
  release(key: string): void {
    const known = this.#guards.get(key);
    if (known !== undefined && --known.users <= 0) this.#guards.delete(key);
  }

  /** Forgets the other guards and their users: all sets are assembled anew. */
  retain(keys: readonly string[]): void {
    const kept = new Set(keys);
    for (const [key, known] of this.#guards) {
      if (kept.has(key)) known.users = 0;
      else this.#guards.delete(key);
    }
  }

  *values(): Iterable<G> {
    for (const {guard} of this.#guards.values()) yield guard;
  }
}
