/** HTTP methods and whether they are idempotent. @see IANA, Hypertext Transfer Protocol (HTTP) Method Registry (RFC 9110 §16.1.1) */

import {nearest} from '../../src/policy/suggestions.ts';

const IDEMPOTENT =
  'ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY DELETE GET HEAD LABEL LINK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PRI PROPFIND PROPPATCH PUT QUERY REBIND REPORT SEARCH TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL'.split(
    ' ',
  );
const NOT_IDEMPOTENT = 'CONNECT LOCK PATCH POST'.split(' ');

/** Registered methods; true for idempotent ones. */
const registered: ReadonlyMap<string, boolean> = new Map([
  ...IDEMPOTENT.map(method => [method, true] as const),
  ...NOT_IDEMPOTENT.map(method => [method, false] as const),
]);

export const isRegistered = (method: string): boolean => registered.has(method);

/** @returns undefined for a method that is not registered. */
export const isIdempotent = (method: string): boolean | undefined => registered.get(method);

/** Words for each method, which a policy does not know. */
export const EVERY: RegExp = /^(?:\*|all|any|every)$/i;

/** Methods that a misspelt word is compared with. */
const COMMON = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT QUERY'.split(' ');

/** Not registered, but used by caches and by Vault. */
const CUSTOMARY: ReadonlySet<string> = new Set(['PURGE', 'BAN', 'REFRESH', 'LIST']);

/** The method that a misspelt word means; undefined for others, and for words that are none. */
export function meantBy(word: string): string | undefined {
  const method = word.toUpperCase();
  return isRegistered(method) || CUSTOMARY.has(method) || EVERY.test(method) ? undefined : nearest(word, COMMON);
}
