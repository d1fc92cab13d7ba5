/** Credentials of a caller: they belong to the origin that the caller addressed, and are sent to no other by themselves. */
import {looksSecret} from './redact.ts';

/** By its name, such as `Authorization`, `Cookie` or `x-api-key`. */
export const isCredentialHeader = (name: string): boolean => name.toLowerCase() === 'cookie' || looksSecret(name);

/**
 * Exact names, in lower case and without `-`, `_` and `.`: a page token is no credential.
 *
 * @see AWS SigV4, Google Cloud signed URLs, Azure SAS; `?key=` of Google's APIs.
 */
const QUERY_CREDENTIAL =
  /^(accesskey|accesstoken|apikey|auth|authorization|key|password|secret|sig|signature|subscriptionkey|token|x(amz|goog)(credential|securitytoken|signature))$/;

export function hasCredentialInQuery(url: string): boolean {
  const query = new URLSearchParams(/^[^?#]*\?([^#]*)/.exec(url)?.[1]);
  return [...query.keys()].some(name => QUERY_CREDENTIAL.test(name.toLowerCase().replaceAll(/[-_.]/g, '')));
}
