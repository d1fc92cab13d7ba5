/** May a call be repeated although the server may have acted? By its method, or because a key lets the server recognize the repeat. */
import type {Idempotency} from '../policy/types.ts';

/** The header that needs no field in the policy: a caller who sets it states that the server deduplicates by it. */
export const STANDARD_KEY_HEADER = 'Idempotency-Key';

/**
 * Whether a header has no key: none, blanks, which HTTP trims, or empty values, also as a list or as structured-field strings; or what JavaScript
 * writes for a value that is missing or no text, which would be the key of every call.
 */
export const isBlank = (value?: string | null): boolean => /^([\s",]|undefined|null|\[object \w+])*$/.test(value ?? '');

/** Formats a key: bare, or as a structured-field string (RFC 9651 §3.3.3). */
export function formatKey(key: string, format: Idempotency['format']): string {
  return format === 'raw' ? key : `"${key}"`;
}

/** Whether calls of this method get a key of ours. */
export function needsKey(idempotency: Idempotency | null, method: string): idempotency is Idempotency {
  return idempotency?.methods.includes(method) ?? false;
}

/** Methods by which a client asks for no effect, so that any number of servers may act on a call. @see RFC 9110 §9.2.1 */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);
export const isSafeMethod = (method: string): boolean => SAFE_METHODS.has(method);

/** Whether a call may be repeated although the server may have acted. */
export const mayRepeat = (keyed: boolean, method: string, idempotentMethods: ReadonlySet<string>): boolean =>
  keyed || idempotentMethods.has(method);
