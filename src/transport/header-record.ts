/** Headers as the plain record fetch takes fastest. Names are compared in lower case. */
import type {HeaderBag} from '../core/observer.ts';

export type HeaderValues = Record<string, string>;

/** Most calls come without headers, and not all get one. */
const NO_VALUES: HeaderValues = Object.freeze({});

export class HeaderRecord implements HeaderBag {
  values: HeaderValues;
  /** Whether anything was written: else fetch may have the caller's own headers. */
  touched = false;

  constructor(values: HeaderValues = NO_VALUES) {
    this.values = values;
  }

  get(name: string): string | null {
    if (this.values === NO_VALUES) return null;
    const key = name.toLowerCase();
    return Object.hasOwn(this.values, key) ? this.values[key]! : null;
  }

  has(name: string): boolean {
    return this.values !== NO_VALUES && Object.hasOwn(this.values, name.toLowerCase());
  }

  set(name: string, value: string): void {
    if (this.values === NO_VALUES) this.values = {};
    put(this.values, name.toLowerCase(), value);
    this.touched = true;
  }

  delete(name: string): void {
    delete this.values[name.toLowerCase()];
    this.touched = true;
  }
}

/**
 * A copy of any headers fetch takes.
 *
 * @throws TypeError for an invalid name or value.
 */
export function headerValues(source: HeadersInit | undefined): HeaderValues {
  // With a prototype, because V8 keeps objects without one in its slow mode. Only own keys are read.
  if (source === undefined || source === null) return NO_VALUES;
  const values: HeaderValues = {};
  if (Symbol.iterator in source) {
    const headers = source instanceof Headers ? source : new Headers(source);
    for (const [name, value] of headers) put(values, name, value);
  } else for (const name of Object.keys(source)) add(values, name.toLowerCase(), String(source[name]));
  return values;
}

/** Two spellings of one name are two values of one header, as in `Headers`. */
function add(values: HeaderValues, name: string, value: string): void {
  put(values, name, Object.hasOwn(values, name) ? `${values[name]}, ${value}` : value);
}

/** `__proto__` is a legal header name, and must not become a prototype. */
function put(values: HeaderValues, name: string, value: string): void {
  if (name === '__proto__')
    Object.defineProperty(values, name, {value, enumerable: true, configurable: true, writable: true});
  else values[name] = value;
}
