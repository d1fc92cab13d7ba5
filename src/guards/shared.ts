/** Guards by the settings they were made from, each kept as long as a set of guards has it. */
export class Shared<Settings, G> {
  readonly #guards = new Map<string, {readonly guard: G; users: number}>();
  readonly #keyOf: (settings: Settings) => unknown;

  /** @param keyOf Equal keys, written as JSON, one guard. */
  constructor(keyOf: (settings: Settings) => unknown) {
    this.#keyOf = keyOf;
  }

  /** The guard of these settings, made where there is none. */
  acquire(settings: Settings, make: () => G): G {
    const key = this.#key(settings);
    let known = this.#guards.get(key);
    if (known === undefined) {
      known = {guard: make(), users: 0};
      this.#guards.set(key, known);
    }
    known.users++;
    return known.guard;
  }

  /** Has no effect where there is no guard: the policy has none of the kind. */
  release(settings: Settings): void {
    const key = this.#key(settings);
    const known = this.#guards.get(key);
    if (known !== undefined && --known.users <= 0) this.#guards.delete(key);
  }

  /** Forgets the other guards and their users: all sets are assembled anew. */
  retain(settings: readonly Settings[]): void {
    const kept = new Set(settings.map(each => this.#key(each)));
    for (const [key, known] of this.#guards) {
      if (kept.has(key)) known.users = 0;
      else this.#guards.delete(key);
    }
  }

  values(): G[] {
    return Array.from(this.#guards.values(), ({guard}) => guard);
  }

  #key(settings: Settings): string {
    return JSON.stringify(this.#keyOf(settings));
  }
}
