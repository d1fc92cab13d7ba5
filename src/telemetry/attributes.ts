/**
 * Attribute names, inlined: the semantic-conventions package is 9.7 MB, and we use fifteen of its strings.
 *
 * @see OpenTelemetry semantic conventions 1.45, HTTP client spans. What they do not name is in our own namespace, never in
 *   theirs.
 */
export const HTTP_REQUEST_METHOD = 'http.request.method';
export const HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
export const HTTP_REQUEST_RESEND_COUNT = 'http.request.resend_count';
export const URL_FULL = 'url.full';
export const URL_TEMPLATE = 'url.template';
export const SERVER_ADDRESS = 'server.address';
export const SERVER_PORT = 'server.port';
export const ERROR_TYPE = 'error.type';

export const POLICY_NAME = 'steadfetch.policy.name';
export const CALL_ID = 'steadfetch.call.id';
export const CALL_OUTCOME = 'steadfetch.call.outcome';
/** Why it ended here, in words. */
export const CALL_REASON = 'steadfetch.call.reason';
export const CALL_ATTEMPTS = 'steadfetch.call.attempts';
export const CALL_RETRIES = 'steadfetch.call.retries';
export const CALL_HEDGES = 'steadfetch.call.hedges';
/** Seconds. */
export const CALL_RETRY_DELAY = 'steadfetch.call.retry_delay';
export const IDEMPOTENCY_KEY_SENT = 'steadfetch.idempotency.key_sent';
/** 1 for the first. */
export const ATTEMPT_NUMBER = 'steadfetch.attempt.number';
/** initial, resend or hedge. */
export const ATTEMPT_KIND = 'steadfetch.attempt.kind';
/** success, failure, timeout, cancelled or superseded. */
export const ATTEMPT_OUTCOME = 'steadfetch.attempt.outcome';
export const LINK_TYPE = 'steadfetch.link.type';
