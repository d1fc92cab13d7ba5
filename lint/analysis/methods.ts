/** HTTP methods and whether they are idempotent. @see IANA, Hypertext Transfer Protocol (HTTP) Method Registry (RFC 9110 §16.1.1) */

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
