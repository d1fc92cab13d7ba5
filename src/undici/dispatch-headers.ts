/** The headers of one dispatch: in the form the caller gave them, with the caller's names, order and duplicates. */
import type {HeaderBag} from '../core/observer.ts';

/** The forms of headers in undici's dispatch: a record, a flat list of alternating names and values, or an iterable of pairs. */
type Form = 'record' | 'flat' | 'pairs';
type Entry = readonly [name: unknown, value: unknown];

export class DispatchHeaders implements HeaderBag {
  /** Whether anything was written: else the dispatcher may have the caller's own headers. */
  touched = false;
  readonly #form: Form;
  #entries: readonly Entry[];

  constructor(form: Form, entries: readonly Entry[]) {
    this.#form = form;
    this.#entries = entries;
  }

  static of(headers: unknown): DispatchHeaders {
    if (headers === null || headers === undefined) return new DispatchHeaders('record', []);
    if (Array.isArray(headers) && !Array.isArray(headers[0]))
      return new DispatchHeaders('flat', entriesOfFlat(headers));
    if (Symbol.iterator in (headers as object)) {
      const pairs = Array.from(headers as Iterable<unknown>, entryOf);
      // undici takes every array as flat.
      return new DispatchHeaders(Array.isArray(headers) ? 'flat' : 'pairs', pairs);
    }
    return new DispatchHeaders(
      'record',
      Object.entries(headers as object).map(([name, value]) => [name, ownValue(value)]),
    );
  }

  /** A copy for the next attempt. */
  copy(): DispatchHeaders {
    return new DispatchHeaders(this.#form, this.#entries);
  }

  /** The headers for the dispatcher. */
  get options(): unknown {
    const entries = this.#entries;
    if (this.#form === 'record') return Object.fromEntries(entries);
    return this.#form === 'flat' ? entries.flat() : new Pairs(entries);
  }

  /** Each once, in lower case. */
  get names(): readonly string[] {
    return [...new Set(this.#entries.flatMap(([name]) => (typeof name === 'string' ? [name.toLowerCase()] : [])))];
  }

  get(name: string): string | null {
    const values = this.#entries.filter(isNamed(name)).flatMap(([, value]) => value);
    return values.length === 0 ? null : values.map(String).join(name.toLowerCase() === 'cookie' ? '; ' : ', ');
  }

  has(name: string): boolean {
    return this.#entries.some(isNamed(name));
  }

  /** Takes the place of the first value of that name, or comes last. */
  set(name: string, value: string): void {
    const first = this.#entries.find(isNamed(name));
    const others = this.#entries.filter(entry => entry === first || !isNamed(name)(entry));
    this.#entries =
      first === undefined
        ? [...others, [name, value]]
        : others.map(entry => (entry === first ? [first[0], value] : entry));
    this.touched = true;
  }

  delete(name: string): void {
    const isOther = (entry: Entry): boolean => !isNamed(name)(entry);
    this.#entries = this.#entries.filter(isOther);
    this.touched = true;
  }
}

/** Neither an array, which undici reads as flat, nor a Map, which has each name once. */
class Pairs {
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  [Symbol.iterator](): Iterator<Entry> {
    return this.#entries.map(([name, value]): Entry => [name, value])[Symbol.iterator]();
  }
}

/** A list of values may be changed by the caller later. */
const ownValue = (value: unknown): unknown => (Array.isArray(value) ? [...value] : value);

const isNamed =
  (name: string) =>
  ([key, value]: Entry): boolean =>
    typeof key === 'string' && key.toLowerCase() === name.toLowerCase() && value !== undefined;

/** @throws TypeError */
function entriesOfFlat(flat: readonly unknown[]): Entry[] {
  if (flat.length % 2 !== 0) throw new TypeError('The headers of this call are a list with a name that has no value.');
  return Array.from({length: flat.length / 2}, (_, index) => [String(flat[2 * index]), ownValue(flat[2 * index + 1])]);
}

/** @throws TypeError */
function entryOf(pair: unknown): Entry {
  if (Array.isArray(pair) && pair.length === 2) return [pair[0], ownValue(pair[1])];
  throw new TypeError('The headers of this call are a list of something else than pairs.');
}
