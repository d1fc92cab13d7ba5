/** Which keys came before, and where, in 17 bytes a key. By 60 bits: two keys that differ will not be taken for one. */
import {KeyIndex} from './key-index.ts';

export class SeenKeys {
  readonly #index = new KeyIndex();

  /**
   * @param key Hex digits of a hash.
   * @param at  The place of this key, from 0.
   * @returns The place where the key came first; undefined if that is this one.
   */
  meet(key: string, at: number): number | undefined {
    const rest = Number.parseInt(key.slice(8, 15), 16) + 1;
    const earlier = this.#index.candidates(key).find(({length}) => length === rest);
    if (earlier === undefined) this.#index.add(key, {at, length: rest}, false);
    return earlier?.at;
  }
}
