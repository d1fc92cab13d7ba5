/** The headers of a request, in a form that fetch takes, and with names as the caller wrote them. Names are compared in lower case. */

import type {HeaderBag} from '../core/observer.ts';
import {isTagged} from '../core/unknown-value.ts';

export type HeaderValues = Record<string, string>;

/**
 * How names are written: as they are, if null; a map has those that are not in lower case; a copy of the caller's `Headers` holds the values
 * too, since only such an object knows how its names were written.
 */
type WrittenNames = Map<string, string> | Headers | null;

/** Most calls come without headers, and not all get one. */
const NO_VALUES: HeaderValues = Object.freeze({});

export class HeaderRecord implements HeaderBag {
  #values: HeaderValues;
  /** Whether headers were read or written: else fetch needs none. */
  touched = false;
  #written: WrittenNames = null;

  constructor(values: HeaderValues = NO_VALUES) {
    this.#values = values;
  }

  get values(): HeaderValues {
    return this.#values;
  }

  /** As options of fetch. */
  get fields(): Headers | HeaderValues {
    return isList(this.#written) ? this.#written : this.#values;
  }

  /** In lower case. */
  get names(): string[] {
    return isList(this.#written)
      ? [...this.#written.keys()]
      : Object.keys(this.#values).map(name => name.toLowerCase());
  }

  /**
   * Copies headers of any form that fetch takes.
   *
   * @throws TypeError for an invalid name or value.
   */
  read(source: HeadersInit): void {
    this.touched = true;
    if (isHeaders(source)) {
      this.#written = headersLike(source);
      return;
    }
    this.#values = {};
    if (Symbol.iterator in source) for (const [name, value] of pairsOf(source)) this.add(name, String(value));
    else for (const name of Object.keys(source)) this.add(name, String(source[name]));
  }

  /** Two spellings of one name are two values of one header, as in `Headers`; the name is written as it was the first time. */
  private add(name: string, value: string): void {
    const values = this.#values;
    const lower = name.toLowerCase();
    if (lower !== name && !Object.hasOwn(values, lower)) this.#written = noted(this.#written, lower, name);
    const key = keyOf(name, this.#written as Map<string, string> | null);
    if (!Object.hasOwn(values, key)) put(values, key, value);
    else put(values, key, `${values[key]}${lower === 'cookie' ? '; ' : ', '}${value}`);
  }

  copy(other: HeaderRecord): void {
    const written = other.#written;
    this.#written = isList(written) ? headersLike(written) : written;
    this.#values = {...other.#values};
    this.touched = other.touched;
  }

  get(name: string): string | null {
    const values = this.#values;
    if (isList(this.#written)) return this.#written.get(name);
    if (values === NO_VALUES) return null;
    const key = keyOf(name, this.#written);
    return Object.hasOwn(values, key) ? values[key]! : null;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  set(name: string, value: string): void {
    this.touched = true;
    if (isList(this.#written)) return this.#written.set(name, value);
    if (this.#values === NO_VALUES) this.#values = {};
    put(this.#values, keyOf(name, this.#written), value);
  }

  delete(name: string): void {
    this.touched = true;
    if (isList(this.#written)) this.#written.delete(name);
    else delete this.#values[keyOf(name, this.#written)];
  }
}

const isList = (written: WrittenNames): written is Headers => written !== null && !(written instanceof Map);

function noted(written: WrittenNames, lower: string, name: string): Map<string, string> {
  const names = written instanceof Map ? written : new Map<string, string>();
  return names.has(lower) ? names : names.set(lower, name);
}

function keyOf(name: string, written: Map<string, string> | null): string {
  const lower = name.toLowerCase();
  return written?.get(lower) ?? lower;
}

/** `__proto__` is a legal header name, and must not become a prototype. */
function put(values: HeaderValues, name: string, value: string): void {
  if (name === '__proto__')
    Object.defineProperty(values, name, {value, enumerable: true, configurable: true, writable: true});
  else values[name] = value;
}

/** @throws TypeError for what is no list of pairs, and for an invalid name or value. */
function pairsOf(source: Iterable<readonly string[]>): [string, string][] {
  const pairs = Array.from(source, pair => (typeof pair === 'string' ? pair : [...pair]));
  new Headers(pairs as [string, string][]); // Refuses what fetch refuses.
  return pairs as [string, string][];
}

/** Headers of whatever class: only that class knows how their names were written. */
function isHeaders(source: object): source is Headers {
  if (source instanceof Headers) return true;
  if (!(Symbol.iterator in source) || Array.isArray(source)) return false;
  return isTagged(source, 'Headers') && source.constructor.name === 'Headers';
}

function headersLike(source: Headers): Headers {
  const isOwn = (source as unknown) instanceof Headers;
  return new (isOwn ? Headers : (source.constructor as typeof Headers))(source);
}
