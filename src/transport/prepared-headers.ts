/** The headers of one attempt, as `prepareAttempt` may write them: what it writes belongs to that attempt and to no other. */
import type {HeaderBag} from '../core/observer.ts';

export class PreparedHeaders implements HeaderBag {
  readonly #headers: HeaderBag;
  /** The value of each written name before. */
  readonly #before = new Map<string, string | null>();

  constructor(headers: HeaderBag) {
    this.#headers = headers;
  }

  get(name: string): string | null {
    return this.#headers.get(name);
  }

  has(name: string): boolean {
    return this.#headers.has(name);
  }

  set(name: string, value: string): void {
    this.#remember(name);
    this.#headers.set(name, value);
  }

  delete(name: string): void {
    this.#remember(name);
    this.#headers.delete(name);
  }

  /** The next attempt starts from headers that this one's were written into. */
  undo(headers: HeaderBag): void {
    for (const [name, value] of this.#before) {
      if (value === null) headers.delete(name);
      else headers.set(name, value);
    }
  }

  #remember(name: string): void {
    const key = name.toLowerCase();
    if (!this.#before.has(key)) this.#before.set(key, this.#headers.get(name));
  }
}
