/** Headers by which servers deduplicate. */

/** Whether a header is known to hold an idempotency key, in any case. */
export const isKeyHeader = (header: string): boolean =>
  /idempoten(?:cy|ce)/i.test(header) || header.toLowerCase() === 'paypal-request-id';
