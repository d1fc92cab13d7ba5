/** Headers as the plain record fetch takes fastest. Names are compared in lower case. */
import type {HeaderBag} from '../core/observer.ts';

type Values = Record<string, string>;

export class HeaderRecord implements HeaderBag {
  readonly values: Values;
  /** Whether anything was written: else fetch may have the caller's own headers. */
  touched = false;

  constructor(values: Values) {
    this.values = values;
  }

  get(name: string): string | null {
    return this.values[name.toLowerCase()] ?? null;
  }

  has(name: string): boolean {
    return name.toLowerCase() in this.values;
  }

  set(name: string, value: string): void {
    this.values[name.toLowerCase()] = value;
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
 * @throws TypeError for a name or value that is none.
 */
export function headerValues(source: HeadersInit | undefined): Values {
  const values: Values = Object.create(null);
  if (source === undefined || source === null) return values;
  if (Symbol.iterator in source) {
    const headers = source instanceof Headers ? source : new Headers(source);
    for (const [name, value] of headers) values[name] = value;
  } else for (const name of Object.keys(source)) add(values, name.toLowerCase(), String(source[name]));
  return values;
}

/** Two spellings of one name are two values of one header, as in `Headers`. */
function add(values: Values, name: string, value: string): void {
  const earlier = values[name];
  values[name] = earlier === undefined ? value : `${earlier}, ${value}`;
}
