/**
 * What of a caller's request may be sent to another origin than the one that the caller addressed.
 *
 * Names of credentials are not guessed there: between sites only what is listed may go. Within a site, where the names of headers differ
 * from service to service, everything may go that does not look like a credential.
 */
/**
 * Headers that tell nothing about the caller but what is asked for: content, what is accepted, conditions, ids, trace context. Also those
 * that clients write by themselves. Not `baggage`, which carries values of the caller's program.
 *
 * @see RFC 9110; Fetch, CORS-safelisted request-header; W3C Trace Context; B3, Jaeger, Google Cloud, AWS X-Ray, Datadog and Sentry
 */
const HARMLESS_HEADERS: ReadonlySet<string> = new Set(
  `accept accept-charset accept-encoding accept-language accept-datetime
  content-type content-encoding content-language content-length content-disposition content-range content-md5
   if-match if-none-match if-modified-since if-unmodified-since if-range range prefer expect cache-control pragma priority
  connection keep-alive te trailer transfer-encoding date user-agent dnt sec-gpc save-data upgrade-insecure-requests
  x-requested-with
  idempotency-key x-idempotency-key x-request-id x-correlation-id x-client-request-id request-id
  traceparent tracestate b3 uber-trace-id
  x-cloud-trace-context x-amzn-trace-id sentry-trace x-stainless-retry-count`.split(/\s+/),
);

/** @param name In lower case. */
export const isHarmlessHeader = (name: string): boolean =>
  HARMLESS_HEADERS.has(name) || /^(?:(?:sec-fetch|x-(?:b3|datadog))-|(?:want-)?(?:content-|repr-)?digest$)/.test(name);

/** The names of the query parameters of a URL. Some servers take a semicolon for an ampersand. */
export function parametersOf(url: string): string[] {
  const query = /^[^?#]*\?([^#]*)/.exec(url)?.[1] ?? '';
  return [...new URLSearchParams(query.replaceAll(';', '&')).keys()];
}
