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
