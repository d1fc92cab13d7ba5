/**
 * Attribute names, inlined: the semantic-conventions package is 9.7 MB, and we use two dozen of its strings.
 *
 * @see OpenTelemetry semantic conventions 1.45, HTTP and RPC client spans and metrics. What they do not name is in our own
 *   namespace, never in theirs.
 */
export const HTTP_REQUEST_METHOD = 'http.request.method';
/** Set if the conventions do not know the method; `http.request.method` is then `_OTHER`. */
export const HTTP_REQUEST_METHOD_ORIGINAL = 'http.request.method_original';
export const HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
export const HTTP_REQUEST_RESEND_COUNT = 'http.request.resend_count';
export const HTTP_REQUEST_HEADER = 'http.request.header.';
export const HTTP_RESPONSE_HEADER = 'http.response.header.';
export const URL_FULL = 'url.full';
export const URL_QUERY = 'url.query';
export const URL_TEMPLATE = 'url.template';
export const SERVER_ADDRESS = 'server.address';
export const SERVER_PORT = 'server.port';
export const NETWORK_PEER_ADDRESS = 'network.peer.address';
export const NETWORK_PEER_PORT = 'network.peer.port';
export const NETWORK_PROTOCOL_VERSION = 'network.protocol.version';
export const ERROR_TYPE = 'error.type';

export const RPC_SYSTEM_NAME = 'rpc.system.name';
/** `package.Service/Method`. */
export const RPC_METHOD = 'rpc.method';
/** The name of a code. */
export const RPC_STATUS_CODE = 'rpc.status_code';

export const POLICY_NAME = 'steadfetch.policy.name';
export const CALL_ID = 'steadfetch.call.id';
export const CALL_OUTCOME = 'steadfetch.call.outcome';
/** Why it ended here, in words. */
export const CALL_REASON = 'steadfetch.call.reason';
export const CALL_ATTEMPTS = 'steadfetch.call.attempts';
export const CALL_RETRIES = 'steadfetch.call.retries';
export const CALL_HEDGES = 'steadfetch.call.hedges';
/** Attempts that may have to be paid for. */
export const CALL_PAID_ATTEMPTS = 'steadfetch.call.paid_attempts';
/** Seconds in the queue of a quota and in the line of a breaker. */
export const CALL_QUEUE_TIME = 'steadfetch.call.queue_time';
/** How often the client above has retried before this call. */
export const CALL_OUTER_RETRIES = 'steadfetch.call.outer_retries';
/** Seconds. */
export const CALL_RETRY_DELAY = 'steadfetch.call.retry_delay';
export const IDEMPOTENCY_KEY_SENT = 'steadfetch.idempotency.key_sent';
/** 1 for the first. */
export const ATTEMPT_NUMBER = 'steadfetch.attempt.number';
/** initial, retry or hedge. */
export const ATTEMPT_KIND = 'steadfetch.attempt.kind';
/** Name of the endpoint of an attempt, as in the policy. */
export const ENDPOINT_NAME = 'steadfetch.endpoint.name';
/** Name of the endpoint that an attempt before failed at, or that was passed over. */
export const ENDPOINT_BEFORE = 'steadfetch.endpoint.before';
/** ejected or not_ready; of a transition also returned and ready. */
export const ENDPOINT_STATE = 'steadfetch.endpoint.state';
/** success, failure, timeout, cancelled or superseded. */
export const ATTEMPT_OUTCOME = 'steadfetch.attempt.outcome';
/** Seconds from the start of an attempt to the first content of its event stream. */
export const ATTEMPT_TIME_TO_FIRST_CONTENT = 'steadfetch.attempt.time_to_first_content';
/** read, left, timeout, cancelled or failure. */
export const BODY_OUTCOME = 'steadfetch.body.outcome';
export const LINK_TYPE = 'steadfetch.link.type';
/** The reason of an event. */
export const REASON = 'steadfetch.reason';
/** Seconds. */
export const WAIT = 'steadfetch.wait';
/** The source of the wait: backoff, retry-after and so on. */
export const WAIT_SOURCE = 'steadfetch.wait.source';
/** The unit of a quota's limit: requests, input_tokens, output_tokens or tokens. */
export const QUOTA_UNIT = 'steadfetch.quota.unit';
/** The origin, or origin and route, that a breaker protects. */
export const BREAKER_NAME = 'steadfetch.circuit_breaker.name';
/** closed, open or half_open. */
export const BREAKER_STATE = 'steadfetch.circuit_breaker.state';
export const BREAKER_FROM = 'steadfetch.circuit_breaker.from';
export const BREAKER_TO = 'steadfetch.circuit_breaker.to';
