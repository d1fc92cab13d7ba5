/** The options of a call, read once and when the call is made, as fetch reads them. */
import {REQUEST_FIELDS} from '../transport/request-fields.ts';

export function copyInit<Init extends RequestInit>(init: Init): Init {
  const copy = {...init};
  const prototype: unknown = Object.getPrototypeOf(init);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) inherit(copy, init);
  return copy;
}

function inherit(copy: RequestInit, init: RequestInit): void {
  const source: {readonly [name in (typeof REQUEST_FIELDS)[number]]?: unknown} = init;
  for (const name of REQUEST_FIELDS) {
    const value = Object.hasOwn(copy, name) ? undefined : source[name];
    if (value !== undefined) Object.assign(copy, {[name]: value});
  }
}

/**
 * Headers for a fetch that gets them as the caller wrote them.
 *
 * @param values The same in lower case, for a source that can be read only once.
 */
export function copyHeaders(source: HeadersInit, values: Record<string, string>): HeadersInit {
  if (source instanceof Headers) return new Headers(source);
  if (Array.isArray(source)) return source.map(([name, value]) => [name!, value!] as [string, string]);
  return Symbol.iterator in source ? values : {...source};
}
