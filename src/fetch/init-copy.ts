/** The options of a call, read once and when the call is made, as fetch reads them. */
import {fieldsOf} from '../transport/request-fields.ts';

export function copyInit<Init extends RequestInit>(init: Init): Init {
  const prototype: unknown = Object.getPrototypeOf(init);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain ? {...init} : {...fieldsOf(init), ...init};
}
