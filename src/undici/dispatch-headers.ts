/** Headers in all the forms that undici's dispatch takes: a record, a flat list, or pairs. */
import {type HeaderValues, headerValues} from '../call/header-record.ts';

export function dispatchHeaders(headers: unknown): HeaderValues {
  if (Array.isArray(headers) && !Array.isArray(headers[0])) return headerValues(pairs(headers));
  const source = headers as Record<string, unknown> | Iterable<[string, string]> | null | undefined;
  if (source === null || source === undefined || Symbol.iterator in source)
    return headerValues(source as HeadersInit | undefined);
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) {
    if (value !== undefined && value !== null) values[name] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return headerValues(values);
}

/** `[name, value, name, value]`, as on the wire. */
function pairs(flat: readonly unknown[]): [string, string][] {
  return Array.from({length: flat.length / 2}, (_, index) => [String(flat[2 * index]), String(flat[2 * index + 1])]);
}
