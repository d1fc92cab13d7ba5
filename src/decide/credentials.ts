/**
 * What of a caller's request may be sent to another origin than the one that the caller addressed.
 *
 * Names of credentials are not guessed there: between sites only what is listed may go. Within a site, where the names of headers differ
 * from service to service, everything may go that does not look like a credential.
 */
import {looksSecret} from './redact.ts';

/** Ends of names, without `-`, `_` and `.`. An idempotency key and a partition key are no credentials. */
const LOOKS_LIKE_KEY =
  /(?:auth|bearer|dpop|hmac|pat|(?:access|account|admin|api|app|application|auth|fastly|functions|host|license|master|private|service|user)key)$/;

/** By its name, such as `Authorization`, `Cookie` or `x-api-key`. */
export function isCredentialHeader(name: string): boolean {
  const own = name.toLowerCase();
  return own === 'cookie' || looksSecret(own) || LOOKS_LIKE_KEY.test(own.replaceAll(/[-_.]/g, ''));
}

/**
 * Headers that tell nothing about the caller but what is asked for: content, what is accepted, conditions, ids, trace context. Also those
 * that clients write by themselves. Not `baggage`, which carries values of the caller's program.
 *
 * @see RFC 9110; Fetch, CORS-safelisted request-header; W3C Trace Context; B3, Jaeger, Google Cloud, AWS X-Ray, Datadog and Sentry
 */
const HARMLESS_HEADERS: ReadonlySet<string> = new Set(
  `accept accept-charset accept-encoding accept-language accept-datetime
  content-type content-encoding content-language content-length content-disposition content-range content-md5 content-digest
  digest repr-digest want-digest want-content-digest want-repr-digest
  if-match if-none-match if-modified-since if-unmodified-since if-range range prefer expect cache-control pragma priority
  connection keep-alive te trailer transfer-encoding date user-agent dnt sec-gpc save-data upgrade-insecure-requests
  sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user x-requested-with
  idempotency-key x-idempotency-key x-request-id x-correlation-id x-client-request-id request-id
  traceparent tracestate b3 x-b3-traceid x-b3-spanid x-b3-parentspanid x-b3-sampled x-b3-flags uber-trace-id
  x-cloud-trace-context x-amzn-trace-id x-datadog-trace-id x-datadog-parent-id x-datadog-sampling-priority x-datadog-origin
  sentry-trace x-stainless-retry-count`.split(/\s+/),
);

/** @param name In lower case. */
export const isHarmlessHeader = (name: string): boolean => HARMLESS_HEADERS.has(name);

/**
 * Exact names, in lower case and without `-`, `_` and `.`: a page token is no credential.
 *
 * @see AWS SigV4, Google Cloud signed URLs, Azure SAS; `?key=` of Google's APIs.
 */
const QUERY_CREDENTIAL =
  /^((access|auth|id|private|refresh)token|(access|api|subscription)key|assertion|auth|authorization|bearer|clientsecret|credentials?|hmac|jwt|key|passwd|password|pwd|sas|secret|session(id)?|sig|signature|token|x(amz|goog)(credential|securitytoken|signature))$/;

export const isCredentialParameter = (name: string): boolean =>
  QUERY_CREDENTIAL.test(name.toLowerCase().replaceAll(/[-_.]/g, ''));

/** The names of the query parameters of a URL. */
export function parametersOf(url: string): string[] {
  const query = /^[^?#]*\?([^#]*)/.exec(url)?.[1];
  return query === undefined ? [] : [...new URLSearchParams(query).keys()];
}
