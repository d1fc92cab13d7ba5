// Generated from schema/source/policy.schema.json by schema/generate.ts. Do not edit.

/** A policy as it is written: every field may be left out. */
export interface PolicyInput {
  /** URL or path of this schema, for editors. Not read at run time. */
  readonly '$schema'?: string | undefined;
  /**
   * Version of the policy format.
   *
   * Default: 1.
   */
  readonly version?: 1 | undefined;
  /**
   * Name of the policy. An attribute in telemetry, so keep its cardinality low: no ids, no URLs.
   *
   * Default: "default".
   */
  readonly name?: string | undefined;
  /**
   * Policies that this one extends, left to right; later ones win. Presets by name (steadfetch:llm) and, in files,
   * relative paths.
   *
   * Default: [].
   */
  readonly extends?: readonly string[] | undefined;
  /**
   * Attempts of a call at most: the first, every retry and any hedge. "unlimited" needs a deadline. null:
   * steadfetch does not retry; the caller's own loop keeps its retries and timeouts.
   *
   * Unit: attempts. Default: 3. Source: AWS SDKs; gRPC A6; Google SRE Book.
   */
  readonly maxAttempts?: number | 'unlimited' | null | undefined;
  /**
   * Bound on the whole call until the response headers, waits included, and on through body methods such as
   * .json(). null: none.
   *
   * Unit: ms. Default: 30000. Source: Microsoft.Extensions.Http.Resilience (30 s).
   */
  readonly deadlineMs?: number | null | undefined;
  /**
   * Bound on one attempt until the response headers, and on through body methods such as .json(). A body read as a
   * stream is bounded by idleTimeoutMs instead. null: none.
   *
   * Unit: ms. Default: 8000. Source: Microsoft.Extensions.Http.Resilience, ky (10 s).
   */
  readonly attemptTimeoutMs?: number | null | undefined;
  /**
   * Longest wait for the next chunk while the caller reads the response body as a stream. null: none.
   *
   * Unit: ms. Default: 30000. Source: Envoy per_try_idle_timeout.
   */
  readonly idleTimeoutMs?: number | null | undefined;
  /**
   * What is transient: statuses, "5xx" (without 501, 505 and 511), "4xx", failure kinds (network, timeout) and
   * gRPC code names. Whether a transient outcome may be sent again is decided apart from this: by what the server
   * may have done, the method, and the idempotency key.
   *
   * Default: [408,421,425,429,500,502,503,504,520,521,522,523,524,529,"network","timeout","UNAVAILABLE"]. Source:
   * RFC 9110 §15, RFC 6585, RFC 8470; OpenAI, AWS and Azure SDKs.
   */
  readonly retryOn?: readonly RetryTrigger[] | undefined;
  /**
   * Methods that may be sent twice although the server may have acted. Add POST, best in a route, only where twice
   * does no harm: an embedding, a search.
   *
   * Default: ["GET","HEAD","OPTIONS","TRACE","PUT","DELETE","QUERY"]. Source: RFC 9110 §9.2.2; RFC 10008 (QUERY).
   */
  readonly idempotentMethods?: readonly string[] | undefined;
  /**
   * A statement that this server deduplicates by a key header. Only then is a key made, one per call, and only
   * then is a POST retried although the server may have acted.
   *
   * Default: null.
   */
  readonly idempotency?: IdempotencyInput | null | undefined;
  /** How long to wait before each retry. */
  readonly backoff?: BackoffInput | undefined;
  /**
   * Use of the hints in retry-after-ms, Retry-After, RateLimit and X-RateLimit-* headers. A hint that is longer
   * than maxMs, or than the time left, ends the call at once: a hint is never shortened.
   *
   * Source: RFC 9110 §10.2.3; draft-ietf-httpapi-ratelimit-headers-11.
   */
  readonly retryAfter?: RetryAfterInput | undefined;
  /**
   * Reads the JSON bodies of errors that might be retried: an account without credit and a request that is too
   * large are not retried, and a wait that only the body names is honored. null: status and headers decide.
   * Programs that import `steadfetch/fetch`, `/ky`, `/core`, `/unchecked` or `/lite` call `useModelEndpoints()` of
   * `steadfetch/features` first.
   *
   * Default: null.
   */
  readonly refusals?: ErrorBodiesInput | null | undefined;
  /**
   * For servers that charge for attempts, such as model endpoints. Attempts that the server may have worked for
   * are counted and limited, and a timeout is not retried. null: attempts cost nothing.
   *
   * Default: null.
   */
  readonly paid?: PaidAttemptsInput | null | undefined;
  /**
   * Bounds the extra load of retries and hedges, per origin, so that retries do not keep an outage alive. A retry
   * at the time that the server named (Retry-After above 0) takes nothing from the budget, unless the server has
   * refused nearly all such retries for four seconds.
   */
  readonly budget?: BudgetInput | null | undefined;
  /**
   * Stops sending to an origin that fails. A 429, an abort by the caller and a refusal by the client are not
   * failures.
   */
  readonly breaker?: BreakerInput | null | undefined;
  /**
   * Bounds the attempts in flight to an origin, by a fixed number or by one that adapts.
   *
   * Default: null.
   */
  readonly concurrency?: ConcurrencyInput | null | undefined;
  /**
   * Paces attempts to what the server admits, by requests and by tokens. Attempts beyond that wait in a queue, as
   * do all attempts while the server asks for a pause. null: no quota.
   *
   * Default: null.
   */
  readonly quota?: QuotaInput | null | undefined;
  /**
   * Sends a second attempt if the first is slow and the call may be repeated, and takes the first good answer.
   *
   * Default: null.
   */
  readonly hedge?: HedgingInput | null | undefined;
  /**
   * When an event stream (text/event-stream) counts as answered, and how long its reader waits. null: at the
   * headers, like any other response. Programs that import `steadfetch/fetch`, `/ky`, `/core`, `/unchecked` or
   * `/lite` call `useModelEndpoints()` of `steadfetch/features` first.
   *
   * Default: null.
   */
  readonly stream?: EventStreamInput | null | undefined;
  /**
   * Places that can answer a call: regions, deployments, providers with the same API. A call to one of their
   * origins may be sent to any of them. null: a call is sent where its URL says.
   *
   * Default: null. Source: Microsoft.Extensions.Http.Resilience (ordered and weighted groups); Envoy (previous
   * hosts).
   */
  readonly endpoints?: readonly EndpointInput[] | null | undefined;
  /** When a call goes to another of its endpoints. Has no effect without endpoints. */
  readonly failover?: FailoverInput | undefined;
  /** Headers with ids of a call and its attempts, for the logs of client and server. */
  readonly correlation?: CorrelationInput | null | undefined;
  /**
   * Header with the milliseconds that the call has left, computed anew for every attempt. null: none.
   *
   * Default: null. Source: Envoy x-envoy-expected-rq-timeout-ms; grpc-timeout.
   */
  readonly deadlineHeader?: string | null | undefined;
  /**
   * Header with the number of the attempt: 1 for the first, hedges counted. Servers can distinguish retries from
   * first attempts by it. null: none.
   *
   * Default: null. Source: x-stainless-retry-count of the SDKs of OpenAI and Anthropic; x-envoy-attempt-count;
   * grpc-previous-rpc-attempts.
   */
  readonly attemptHeader?: string | null | undefined;
  /**
   * What to do if the client above retries too, so that attempts multiply. Its retries show in
   * x-stainless-retry-count (the SDKs of OpenAI and Anthropic), amz-sdk-request (the AWS SDKs),
   * x-envoy-attempt-count and grpc-previous-rpc-attempts.
   *
   * - observe: Both retry. Under refusals, a retry of the client above is sent once, and a failed response tells
   * the SDKs of OpenAI and Anthropic not to retry. One warning per client names the header; an event and a span
   * attribute report how often the client above has retried.
   * - yield: The client above retries alone: a call that carries its header is sent once. An idempotency block
   * gives each of these calls another key, so let the client above send the key.
   *
   * Default: "observe". Source: Google SRE book, Handling overload: retry at one layer.
   */
  readonly nested?: Nested | undefined;
  /**
   * Names of query parameters whose values spans, events and logs may show. Every other value is replaced by
   * REDACTED; tokens, keys, passwords and signatures are replaced even where they are listed.
   *
   * Default: []. Source: OpenTelemetry semantic conventions, url.query.
   */
  readonly queryAllowList?: readonly string[] | undefined;
  /**
   * Largest request body that is kept for a retry. Larger bodies, and streams, get one attempt.
   *
   * Unit: bytes. Default: 1048576. Source: gRPC A6 (1 MiB per call).
   */
  readonly replayLimitBytes?: number | undefined;
  /**
   * Policies for some of the calls. The first route that matches wins; its fields override those above.
   *
   * Default: [].
   */
  readonly routes?: readonly RouteInput[] | undefined;
  /**
   * What the caller was promised, and the traffic to expect. Read by tools such as retry-lint, never at run time.
   *
   * Default: null.
   */
  readonly objective?: Objective | null | undefined;
  /**
   * Other layers that retry the same call. Attempts multiply over layers; read by the linter, never at run time.
   *
   * Default: []. Source: Google SRE Book, Addressing Cascading Failures.
   */
  readonly retryingLayers?: readonly RetryingLayer[] | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** A policy with its layers merged and every default filled. */
export interface Policy {
  /**
   * Version of the policy format.
   *
   * Default: 1.
   */
  readonly version: 1;
  /**
   * Name of the policy. An attribute in telemetry, so keep its cardinality low: no ids, no URLs.
   *
   * Default: "default".
   */
  readonly name: string;
  /**
   * Attempts of a call at most: the first, every retry and any hedge. "unlimited" needs a deadline. null:
   * steadfetch does not retry; the caller's own loop keeps its retries and timeouts.
   *
   * Unit: attempts. Default: 3. Source: AWS SDKs; gRPC A6; Google SRE Book.
   */
  readonly maxAttempts: number | 'unlimited' | null;
  /**
   * Bound on the whole call until the response headers, waits included, and on through body methods such as
   * .json(). null: none.
   *
   * Unit: ms. Default: 30000. Source: Microsoft.Extensions.Http.Resilience (30 s).
   */
  readonly deadlineMs: number | null;
  /**
   * Bound on one attempt until the response headers, and on through body methods such as .json(). A body read as a
   * stream is bounded by idleTimeoutMs instead. null: none.
   *
   * Unit: ms. Default: 8000. Source: Microsoft.Extensions.Http.Resilience, ky (10 s).
   */
  readonly attemptTimeoutMs: number | null;
  /**
   * Longest wait for the next chunk while the caller reads the response body as a stream. null: none.
   *
   * Unit: ms. Default: 30000. Source: Envoy per_try_idle_timeout.
   */
  readonly idleTimeoutMs: number | null;
  /**
   * What is transient: statuses, "5xx" (without 501, 505 and 511), "4xx", failure kinds (network, timeout) and
   * gRPC code names. Whether a transient outcome may be sent again is decided apart from this: by what the server
   * may have done, the method, and the idempotency key.
   *
   * Default: [408,421,425,429,500,502,503,504,520,521,522,523,524,529,"network","timeout","UNAVAILABLE"]. Source:
   * RFC 9110 §15, RFC 6585, RFC 8470; OpenAI, AWS and Azure SDKs.
   */
  readonly retryOn: readonly RetryTrigger[];
  /**
   * Methods that may be sent twice although the server may have acted. Add POST, best in a route, only where twice
   * does no harm: an embedding, a search.
   *
   * Default: ["GET","HEAD","OPTIONS","TRACE","PUT","DELETE","QUERY"]. Source: RFC 9110 §9.2.2; RFC 10008 (QUERY).
   */
  readonly idempotentMethods: readonly string[];
  /**
   * A statement that this server deduplicates by a key header. Only then is a key made, one per call, and only
   * then is a POST retried although the server may have acted.
   *
   * Default: null.
   */
  readonly idempotency: Idempotency | null;
  /** How long to wait before each retry. */
  readonly backoff: Backoff;
  /**
   * Use of the hints in retry-after-ms, Retry-After, RateLimit and X-RateLimit-* headers. A hint that is longer
   * than maxMs, or than the time left, ends the call at once: a hint is never shortened.
   *
   * Source: RFC 9110 §10.2.3; draft-ietf-httpapi-ratelimit-headers-11.
   */
  readonly retryAfter: RetryAfter;
  /**
   * Reads the JSON bodies of errors that might be retried: an account without credit and a request that is too
   * large are not retried, and a wait that only the body names is honored. null: status and headers decide.
   * Programs that import `steadfetch/fetch`, `/ky`, `/core`, `/unchecked` or `/lite` call `useModelEndpoints()` of
   * `steadfetch/features` first.
   *
   * Default: null.
   */
  readonly refusals: ErrorBodies | null;
  /**
   * For servers that charge for attempts, such as model endpoints. Attempts that the server may have worked for
   * are counted and limited, and a timeout is not retried. null: attempts cost nothing.
   *
   * Default: null.
   */
  readonly paid: PaidAttempts | null;
  /**
   * Bounds the extra load of retries and hedges, per origin, so that retries do not keep an outage alive. A retry
   * at the time that the server named (Retry-After above 0) takes nothing from the budget, unless the server has
   * refused nearly all such retries for four seconds.
   */
  readonly budget: Budget | null;
  /**
   * Stops sending to an origin that fails. A 429, an abort by the caller and a refusal by the client are not
   * failures.
   */
  readonly breaker: Breaker | null;
  /**
   * Bounds the attempts in flight to an origin, by a fixed number or by one that adapts.
   *
   * Default: null.
   */
  readonly concurrency: Concurrency | null;
  /**
   * Paces attempts to what the server admits, by requests and by tokens. Attempts beyond that wait in a queue, as
   * do all attempts while the server asks for a pause. null: no quota.
   *
   * Default: null.
   */
  readonly quota: Quota | null;
  /**
   * Sends a second attempt if the first is slow and the call may be repeated, and takes the first good answer.
   *
   * Default: null.
   */
  readonly hedge: Hedging | null;
  /**
   * When an event stream (text/event-stream) counts as answered, and how long its reader waits. null: at the
   * headers, like any other response. Programs that import `steadfetch/fetch`, `/ky`, `/core`, `/unchecked` or
   * `/lite` call `useModelEndpoints()` of `steadfetch/features` first.
   *
   * Default: null.
   */
  readonly stream: EventStream | null;
  /**
   * Places that can answer a call: regions, deployments, providers with the same API. A call to one of their
   * origins may be sent to any of them. null: a call is sent where its URL says.
   *
   * Default: null. Source: Microsoft.Extensions.Http.Resilience (ordered and weighted groups); Envoy (previous
   * hosts).
   */
  readonly endpoints: readonly Endpoint[] | null;
  /** When a call goes to another of its endpoints. Has no effect without endpoints. */
  readonly failover: Failover;
  /** Headers with ids of a call and its attempts, for the logs of client and server. */
  readonly correlation: Correlation | null;
  /**
   * Header with the milliseconds that the call has left, computed anew for every attempt. null: none.
   *
   * Default: null. Source: Envoy x-envoy-expected-rq-timeout-ms; grpc-timeout.
   */
  readonly deadlineHeader: string | null;
  /**
   * Header with the number of the attempt: 1 for the first, hedges counted. Servers can distinguish retries from
   * first attempts by it. null: none.
   *
   * Default: null. Source: x-stainless-retry-count of the SDKs of OpenAI and Anthropic; x-envoy-attempt-count;
   * grpc-previous-rpc-attempts.
   */
  readonly attemptHeader: string | null;
  /**
   * What to do if the client above retries too, so that attempts multiply. Its retries show in
   * x-stainless-retry-count (the SDKs of OpenAI and Anthropic), amz-sdk-request (the AWS SDKs),
   * x-envoy-attempt-count and grpc-previous-rpc-attempts.
   *
   * - observe: Both retry. Under refusals, a retry of the client above is sent once, and a failed response tells
   * the SDKs of OpenAI and Anthropic not to retry. One warning per client names the header; an event and a span
   * attribute report how often the client above has retried.
   * - yield: The client above retries alone: a call that carries its header is sent once. An idempotency block
   * gives each of these calls another key, so let the client above send the key.
   *
   * Default: "observe". Source: Google SRE book, Handling overload: retry at one layer.
   */
  readonly nested: Nested;
  /**
   * Names of query parameters whose values spans, events and logs may show. Every other value is replaced by
   * REDACTED; tokens, keys, passwords and signatures are replaced even where they are listed.
   *
   * Default: []. Source: OpenTelemetry semantic conventions, url.query.
   */
  readonly queryAllowList: readonly string[];
  /**
   * Largest request body that is kept for a retry. Larger bodies, and streams, get one attempt.
   *
   * Unit: bytes. Default: 1048576. Source: gRPC A6 (1 MiB per call).
   */
  readonly replayLimitBytes: number;
  /**
   * What the caller was promised, and the traffic to expect. Read by tools such as retry-lint, never at run time.
   *
   * Default: null.
   */
  readonly objective: Objective | null;
  /**
   * Other layers that retry the same call. Attempts multiply over layers; read by the linter, never at run time.
   *
   * Default: []. Source: Google SRE Book, Addressing Cascading Failures.
   */
  readonly retryingLayers: readonly RetryingLayer[];
}

/** A status, a group of statuses, a failure kind or a gRPC code name. */
export type RetryTrigger = number | '4xx' | '5xx' | 'network' | 'timeout' | 'CANCELLED' | 'UNKNOWN' | 'INVALID_ARGUMENT' | 'DEADLINE_EXCEEDED' | 'NOT_FOUND' | 'ALREADY_EXISTS' | 'PERMISSION_DENIED' | 'RESOURCE_EXHAUSTED' | 'FAILED_PRECONDITION' | 'ABORTED' | 'OUT_OF_RANGE' | 'UNIMPLEMENTED' | 'INTERNAL' | 'UNAVAILABLE' | 'DATA_LOSS' | 'UNAUTHENTICATED';

/**
 * The key that a call sends with every attempt and hedge. A key that the caller sets is kept.
 *
 * Source: draft-ietf-httpapi-idempotency-key-header-07.
 */
export interface Idempotency {
  /**
   * Header with the key.
   *
   * Default: "Idempotency-Key".
   */
  readonly header: string;
  /**
   * Methods whose calls get a key.
   *
   * Default: ["POST","PATCH"].
   */
  readonly methods: readonly string[];
  /**
   * How the key is written into the header.
   *
   * - raw: The bare UUID, as Stripe, Adyen and OpenAI take it.
   * - sf-string: A structured-field string in double quotes, as the IETF draft asks.
   *
   * Default: "raw".
   */
  readonly format: 'raw' | 'sf-string';
}

/**
 * The key that a call sends with every attempt and hedge. A key that the caller sets is kept.
 *
 * Source: draft-ietf-httpapi-idempotency-key-header-07.
 */
export interface IdempotencyInput {
  /**
   * Header with the key.
   *
   * Default: "Idempotency-Key".
   */
  readonly header?: string | undefined;
  /**
   * Methods whose calls get a key.
   *
   * Default: ["POST","PATCH"].
   */
  readonly methods?: readonly string[] | undefined;
  /**
   * How the key is written into the header.
   *
   * - raw: The bare UUID, as Stripe, Adyen and OpenAI take it.
   * - sf-string: A structured-field string in double quotes, as the IETF draft asks.
   *
   * Default: "raw".
   */
  readonly format?: 'raw' | 'sf-string' | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * How waits of clients that failed together are spread. The cap is applied before the jitter.
 *
 * - none: Everyone waits the same: clients that failed together come back together.
 * - full: Uniform between 0 and the wait. Fewest calls under contention.
 * - equal: Half the wait, and a uniform half on top.
 * - decorrelated: Uniform between the base and three times the last wait, under the cap.
 *
 * Source: M. Brooker, Exponential Backoff and Jitter (AWS, 2015).
 */
export type Jitter = 'none' | 'full' | 'equal' | 'decorrelated';

/** How long to wait before each retry. */
export type Backoff = ExponentialBackoff | LinearBackoff | ConstantBackoff | ListBackoff;

/** How long to wait before each retry. */
export type BackoffInput = ExponentialBackoffInput | LinearBackoffInput | ConstantBackoffInput | ListBackoffInput;

/** min(capMs, baseMs · factor^(retry−1)), then jitter. */
export interface ExponentialBackoff {
  /**
   * Each wait is a multiple of the one before.
   *
   * Default: "exponential".
   */
  readonly kind: 'exponential';
  /**
   * Wait before the first retry, before jitter.
   *
   * Unit: ms. Default: 100. Source: AWS SDKs (50–100 ms).
   */
  readonly baseMs: number;
  /**
   * The least starting wait after a throttled answer (429, 529, or 503 with a hint). Above the cap the cap wins.
   *
   * Unit: ms. Default: 1000. Source: smithy 2026 retry mode.
   */
  readonly throttledBaseMs: number;
  /**
   * Factor by which each wait exceeds the one before.
   *
   * Default: 2. Source: RFC 9002 §6.2.1.
   */
  readonly factor: number;
  /**
   * Longest wait of the backoff. The server's Retry-After may ask for more, up to retryAfter.maxMs.
   *
   * Unit: ms. Default: 20000. Source: AWS SDKs (20 s).
   */
  readonly capMs: number;
  /**
   * How waits of clients that failed together are spread. The cap is applied before the jitter.
   *
   * - none: Everyone waits the same: clients that failed together come back together.
   * - full: Uniform between 0 and the wait. Fewest calls under contention.
   * - equal: Half the wait, and a uniform half on top.
   * - decorrelated: Uniform between the base and three times the last wait, under the cap.
   *
   * Default: "full". Source: M. Brooker, Exponential Backoff and Jitter (AWS, 2015).
   */
  readonly jitter: Jitter;
}

/** min(capMs, baseMs · factor^(retry−1)), then jitter. */
export interface ExponentialBackoffInput {
  /**
   * Each wait is a multiple of the one before.
   *
   * Default: "exponential".
   */
  readonly kind?: 'exponential' | undefined;
  /**
   * Wait before the first retry, before jitter.
   *
   * Unit: ms. Default: 100. Source: AWS SDKs (50–100 ms).
   */
  readonly baseMs?: number | undefined;
  /**
   * The least starting wait after a throttled answer (429, 529, or 503 with a hint). Above the cap the cap wins.
   *
   * Unit: ms. Default: 1000. Source: smithy 2026 retry mode.
   */
  readonly throttledBaseMs?: number | undefined;
  /**
   * Factor by which each wait exceeds the one before.
   *
   * Default: 2. Source: RFC 9002 §6.2.1.
   */
  readonly factor?: number | undefined;
  /**
   * Longest wait of the backoff. The server's Retry-After may ask for more, up to retryAfter.maxMs.
   *
   * Unit: ms. Default: 20000. Source: AWS SDKs (20 s).
   */
  readonly capMs?: number | undefined;
  /**
   * How waits of clients that failed together are spread. The cap is applied before the jitter.
   *
   * - none: Everyone waits the same: clients that failed together come back together.
   * - full: Uniform between 0 and the wait. Fewest calls under contention.
   * - equal: Half the wait, and a uniform half on top.
   * - decorrelated: Uniform between the base and three times the last wait, under the cap.
   *
   * Default: "full". Source: M. Brooker, Exponential Backoff and Jitter (AWS, 2015).
   */
  readonly jitter?: Jitter | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** min(capMs, baseMs + stepMs · (retry−1)), then jitter. */
export interface LinearBackoff {
  /**
   * Each wait is a step longer than the one before.
   *
   * Default: "linear".
   */
  readonly kind: 'linear';
  /**
   * Wait before the first retry, before jitter.
   *
   * Unit: ms. Default: 100.
   */
  readonly baseMs: number;
  /**
   * The least starting wait after a throttled answer (429, 529, or 503 with a hint). Above the cap the cap wins.
   *
   * Unit: ms. Default: 1000. Source: smithy 2026 retry mode.
   */
  readonly throttledBaseMs: number;
  /**
   * Milliseconds by which each wait exceeds the one before.
   *
   * Unit: ms. Default: 200.
   */
  readonly stepMs: number;
  /**
   * Longest wait of the backoff. The server's Retry-After may ask for more, up to retryAfter.maxMs.
   *
   * Unit: ms. Default: 20000. Source: AWS SDKs (20 s).
   */
  readonly capMs: number;
  /**
   * How waits of clients that failed together are spread. The cap is applied before the jitter.
   *
   * - none: Everyone waits the same: clients that failed together come back together.
   * - full: Uniform between 0 and the wait. Fewest calls under contention.
   * - equal: Half the wait, and a uniform half on top.
   * - decorrelated: Uniform between the base and three times the last wait, under the cap.
   *
   * Default: "full". Source: M. Brooker, Exponential Backoff and Jitter (AWS, 2015).
   */
  readonly jitter: Jitter;
}

/** min(capMs, baseMs + stepMs · (retry−1)), then jitter. */
export interface LinearBackoffInput {
  /**
   * Each wait is a step longer than the one before.
   *
   * Default: "linear".
   */
  readonly kind?: 'linear' | undefined;
  /**
   * Wait before the first retry, before jitter.
   *
   * Unit: ms. Default: 100.
   */
  readonly baseMs?: number | undefined;
  /**
   * The least starting wait after a throttled answer (429, 529, or 503 with a hint). Above the cap the cap wins.
   *
   * Unit: ms. Default: 1000. Source: smithy 2026 retry mode.
   */
  readonly throttledBaseMs?: number | undefined;
  /**
   * Milliseconds by which each wait exceeds the one before.
   *
   * Unit: ms. Default: 200.
   */
  readonly stepMs?: number | undefined;
  /**
   * Longest wait of the backoff. The server's Retry-After may ask for more, up to retryAfter.maxMs.
   *
   * Unit: ms. Default: 20000. Source: AWS SDKs (20 s).
   */
  readonly capMs?: number | undefined;
  /**
   * How waits of clients that failed together are spread. The cap is applied before the jitter.
   *
   * - none: Everyone waits the same: clients that failed together come back together.
   * - full: Uniform between 0 and the wait. Fewest calls under contention.
   * - equal: Half the wait, and a uniform half on top.
   * - decorrelated: Uniform between the base and three times the last wait, under the cap.
   *
   * Default: "full". Source: M. Brooker, Exponential Backoff and Jitter (AWS, 2015).
   */
  readonly jitter?: Jitter | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** delayMs, then jitter. */
export interface ConstantBackoff {
  /**
   * Every wait is the same.
   *
   * Default: "constant".
   */
  readonly kind: 'constant';
  /**
   * Wait before every retry, before jitter.
   *
   * Unit: ms. Default: 1000.
   */
  readonly delayMs: number;
  /**
   * The least starting wait after a throttled answer (429, 529, or 503 with a hint). Above the cap the cap wins.
   *
   * Unit: ms. Default: 1000. Source: smithy 2026 retry mode.
   */
  readonly throttledBaseMs: number;
  /**
   * How waits of clients that failed together are spread. The cap is applied before the jitter.
   *
   * - none: Everyone waits the same: clients that failed together come back together.
   * - full: Uniform between 0 and the wait. Fewest calls under contention.
   * - equal: Half the wait, and a uniform half on top.
   * - decorrelated: Uniform between the base and three times the last wait, under the cap.
   *
   * Default: "full". Source: M. Brooker, Exponential Backoff and Jitter (AWS, 2015).
   */
  readonly jitter: Jitter;
}

/** delayMs, then jitter. */
export interface ConstantBackoffInput {
  /**
   * Every wait is the same.
   *
   * Default: "constant".
   */
  readonly kind?: 'constant' | undefined;
  /**
   * Wait before every retry, before jitter.
   *
   * Unit: ms. Default: 1000.
   */
  readonly delayMs?: number | undefined;
  /**
   * The least starting wait after a throttled answer (429, 529, or 503 with a hint). Above the cap the cap wins.
   *
   * Unit: ms. Default: 1000. Source: smithy 2026 retry mode.
   */
  readonly throttledBaseMs?: number | undefined;
  /**
   * How waits of clients that failed together are spread. The cap is applied before the jitter.
   *
   * - none: Everyone waits the same: clients that failed together come back together.
   * - full: Uniform between 0 and the wait. Fewest calls under contention.
   * - equal: Half the wait, and a uniform half on top.
   * - decorrelated: Uniform between the base and three times the last wait, under the cap.
   *
   * Default: "full". Source: M. Brooker, Exponential Backoff and Jitter (AWS, 2015).
   */
  readonly jitter?: Jitter | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** The waits one by one, then jitter. The last one repeats. */
export interface ListBackoff {
  /**
   * The waits are written out.
   *
   * Default: "list".
   */
  readonly kind: 'list';
  /**
   * Wait before the first retry, the second, and so on, before jitter. The last one repeats.
   *
   * Unit: ms. Default: [200,1000,5000].
   */
  readonly delaysMs: readonly number[];
  /**
   * The least starting wait after a throttled answer (429, 529, or 503 with a hint). Above the cap the cap wins.
   *
   * Unit: ms. Default: 1000. Source: smithy 2026 retry mode.
   */
  readonly throttledBaseMs: number;
  /**
   * How waits of clients that failed together are spread. The cap is applied before the jitter.
   *
   * - none: Everyone waits the same: clients that failed together come back together.
   * - full: Uniform between 0 and the wait. Fewest calls under contention.
   * - equal: Half the wait, and a uniform half on top.
   * - decorrelated: Uniform between the base and three times the last wait, under the cap.
   *
   * Default: "full". Source: M. Brooker, Exponential Backoff and Jitter (AWS, 2015).
   */
  readonly jitter: Jitter;
}

/** The waits one by one, then jitter. The last one repeats. */
export interface ListBackoffInput {
  /**
   * The waits are written out.
   *
   * Default: "list".
   */
  readonly kind?: 'list' | undefined;
  /**
   * Wait before the first retry, the second, and so on, before jitter. The last one repeats.
   *
   * Unit: ms. Default: [200,1000,5000].
   */
  readonly delaysMs?: readonly number[] | undefined;
  /**
   * The least starting wait after a throttled answer (429, 529, or 503 with a hint). Above the cap the cap wins.
   *
   * Unit: ms. Default: 1000. Source: smithy 2026 retry mode.
   */
  readonly throttledBaseMs?: number | undefined;
  /**
   * How waits of clients that failed together are spread. The cap is applied before the jitter.
   *
   * - none: Everyone waits the same: clients that failed together come back together.
   * - full: Uniform between 0 and the wait. Fewest calls under contention.
   * - equal: Half the wait, and a uniform half on top.
   * - decorrelated: Uniform between the base and three times the last wait, under the cap.
   *
   * Default: "full". Source: M. Brooker, Exponential Backoff and Jitter (AWS, 2015).
   */
  readonly jitter?: Jitter | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * Use of the hints in retry-after-ms, Retry-After, RateLimit and X-RateLimit-* headers. A hint that is longer than
 * maxMs, or than the time left, ends the call at once: a hint is never shortened.
 *
 * Source: RFC 9110 §10.2.3; draft-ietf-httpapi-ratelimit-headers-11.
 */
export interface RetryAfter {
  /**
   * Whether hints are heard at all.
   *
   * Default: true.
   */
  readonly honor: boolean;
  /**
   * Longest hint that a call waits for.
   *
   * Unit: ms. Default: 60000. Source: OpenAI SDK (60 s).
   */
  readonly maxMs: number;
  /**
   * The calls that a hint holds.
   *
   * - call: A hint holds the call that got it.
   * - origin: A hint holds every call to that origin.
   *
   * Default: "call".
   */
  readonly scope: 'call' | 'origin';
}

/**
 * Use of the hints in retry-after-ms, Retry-After, RateLimit and X-RateLimit-* headers. A hint that is longer than
 * maxMs, or than the time left, ends the call at once: a hint is never shortened.
 *
 * Source: RFC 9110 §10.2.3; draft-ietf-httpapi-ratelimit-headers-11.
 */
export interface RetryAfterInput {
  /**
   * Whether hints are heard at all.
   *
   * Default: true.
   */
  readonly honor?: boolean | undefined;
  /**
   * Longest hint that a call waits for.
   *
   * Unit: ms. Default: 60000. Source: OpenAI SDK (60 s).
   */
  readonly maxMs?: number | undefined;
  /**
   * The calls that a hint holds.
   *
   * - call: A hint holds the call that got it.
   * - origin: A hint holds every call to that origin.
   *
   * Default: "call".
   */
  readonly scope?: 'call' | 'origin' | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * The known errors of each vendor are listed in docs/traffic-light.md. The body is read for at most 500 ms, within
 * the attempt timeout; the caller gets the response with its body unread. Through undici a compressed body is not
 * read.
 *
 * Source: OpenAI, Anthropic, Google, AWS and Hugging Face, as docs/traffic-light.md links them.
 */
export interface ErrorBodies {
  /**
   * Largest error body that is read. A larger one is ignored.
   *
   * Unit: bytes. Default: 16384.
   */
  readonly readBytes: number;
}

/**
 * The known errors of each vendor are listed in docs/traffic-light.md. The body is read for at most 500 ms, within
 * the attempt timeout; the caller gets the response with its body unread. Through undici a compressed body is not
 * read.
 *
 * Source: OpenAI, Anthropic, Google, AWS and Hugging Face, as docs/traffic-light.md links them.
 */
export interface ErrorBodiesInput {
  /**
   * Largest error body that is read. A larger one is ignored.
   *
   * Unit: bytes. Default: 16384.
   */
  readonly readBytes?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * An attempt counts as paid unless it was never sent or the server certainly did not act: a refused connection, a
 * 429. Hedges count. Calls by GET, HEAD, OPTIONS and DELETE cost nothing.
 */
export interface PaidAttempts {
  /**
   * Whether an attempt that timed out after it was sent is retried. A 504 and a 524 count as timeouts, and so does
   * undici's own limit on the wait for headers.
   *
   * Default: false.
   */
  readonly afterTimeout: boolean;
  /**
   * Paid attempts of a call at most. A retry beyond that is not sent.
   *
   * Default: 2.
   */
  readonly maxPaidAttempts: number;
  /**
   * Attempts of a call that do not count toward maxAttempts, at most, because the server refused them for its rate
   * or its load before any work: a 429, or an overload in the vendor's own words. The deadline and the budget
   * still bound them.
   *
   * Default: 0.
   */
  readonly maxFreeAttempts: number;
  /**
   * The attempt timeout is at least this times the output tokens that the JSON body asks for (max_tokens and
   * similar fields). The deadline still bounds the attempt, and a call's own attempt timeout is kept. null: the
   * attempt timeout does not grow.
   *
   * Unit: ms. Default: 28. Source: Anthropic SDK: 60 min for 128,000 tokens.
   */
  readonly attemptTimeoutPerOutputTokenMs: number | null;
}

/**
 * An attempt counts as paid unless it was never sent or the server certainly did not act: a refused connection, a
 * 429. Hedges count. Calls by GET, HEAD, OPTIONS and DELETE cost nothing.
 */
export interface PaidAttemptsInput {
  /**
   * Whether an attempt that timed out after it was sent is retried. A 504 and a 524 count as timeouts, and so does
   * undici's own limit on the wait for headers.
   *
   * Default: false.
   */
  readonly afterTimeout?: boolean | undefined;
  /**
   * Paid attempts of a call at most. A retry beyond that is not sent.
   *
   * Default: 2.
   */
  readonly maxPaidAttempts?: number | undefined;
  /**
   * Attempts of a call that do not count toward maxAttempts, at most, because the server refused them for its rate
   * or its load before any work: a 429, or an overload in the vendor's own words. The deadline and the budget
   * still bound them.
   *
   * Default: 0.
   */
  readonly maxFreeAttempts?: number | undefined;
  /**
   * The attempt timeout is at least this times the output tokens that the JSON body asks for (max_tokens and
   * similar fields). The deadline still bounds the attempt, and a call's own attempt timeout is kept. null: the
   * attempt timeout does not grow.
   *
   * Unit: ms. Default: 28. Source: Anthropic SDK: 60 min for 128,000 tokens.
   */
  readonly attemptTimeoutPerOutputTokenMs?: number | null | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * Bounds the extra load of retries and hedges, per origin, so that retries do not keep an outage alive. A retry at
 * the time that the server named (Retry-After above 0) takes nothing from the budget, unless the server has
 * refused nearly all such retries for four seconds.
 */
export type Budget = TokenBucketBudget | RatioBudget;

/**
 * Bounds the extra load of retries and hedges, per origin, so that retries do not keep an outage alive. A retry at
 * the time that the server named (Retry-After above 0) takes nothing from the budget, unless the server has
 * refused nearly all such retries for four seconds.
 */
export type BudgetInput = TokenBucketBudgetInput | RatioBudgetInput;

/**
 * A retry takes tokens, gets them back when it succeeds, and a first-try success adds one.
 *
 * Source: smithy 2026 retry mode, scaled from 500 to 100 for one process.
 */
export interface TokenBucketBudget {
  /**
   * Tokens that retries take and successes give back.
   *
   * Default: "token-bucket".
   */
  readonly kind: 'token-bucket';
  /**
   * Tokens of a full bucket.
   *
   * Unit: tokens. Default: 100.
   */
  readonly capacity: number;
  /**
   * Tokens that a retry or a hedge takes.
   *
   * Unit: tokens. Default: 14.
   */
  readonly retryCost: number;
  /**
   * Tokens that a retry after a throttled answer takes.
   *
   * Unit: tokens. Default: 5.
   */
  readonly throttledCost: number;
  /**
   * Tokens that return with time, so that a client with little traffic is not without retries for hours after an
   * outage.
   *
   * Unit: tokens/min. Default: 14.
   */
  readonly refillPerMinute: number;
}

/**
 * A retry takes tokens, gets them back when it succeeds, and a first-try success adds one.
 *
 * Source: smithy 2026 retry mode, scaled from 500 to 100 for one process.
 */
export interface TokenBucketBudgetInput {
  /**
   * Tokens that retries take and successes give back.
   *
   * Default: "token-bucket".
   */
  readonly kind?: 'token-bucket' | undefined;
  /**
   * Tokens of a full bucket.
   *
   * Unit: tokens. Default: 100.
   */
  readonly capacity?: number | undefined;
  /**
   * Tokens that a retry or a hedge takes.
   *
   * Unit: tokens. Default: 14.
   */
  readonly retryCost?: number | undefined;
  /**
   * Tokens that a retry after a throttled answer takes.
   *
   * Unit: tokens. Default: 5.
   */
  readonly throttledCost?: number | undefined;
  /**
   * Tokens that return with time, so that a client with little traffic is not without retries for hours after an
   * outage.
   *
   * Unit: tokens/min. Default: 14.
   */
  readonly refillPerMinute?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * Retries and hedges stay under a share of the calls of a sliding window.
 *
 * Source: Finagle RetryBudget; Gateway API GEP-3388.
 */
export interface RatioBudget {
  /**
   * A share of the recent calls.
   *
   * Default: "ratio".
   */
  readonly kind: 'ratio';
  /**
   * Retries allowed per call of the window.
   *
   * Unit: ratio. Default: 0.1.
   */
  readonly ratio: number;
  /**
   * Length of the window.
   *
   * Unit: ms. Default: 10000.
   */
  readonly windowMs: number;
  /**
   * Retries allowed each second whatever the traffic. For one small process 10 bounds nothing.
   *
   * Unit: retries/s. Default: 0.
   */
  readonly minPerSecond: number;
}

/**
 * Retries and hedges stay under a share of the calls of a sliding window.
 *
 * Source: Finagle RetryBudget; Gateway API GEP-3388.
 */
export interface RatioBudgetInput {
  /**
   * A share of the recent calls.
   *
   * Default: "ratio".
   */
  readonly kind?: 'ratio' | undefined;
  /**
   * Retries allowed per call of the window.
   *
   * Unit: ratio. Default: 0.1.
   */
  readonly ratio?: number | undefined;
  /**
   * Length of the window.
   *
   * Unit: ms. Default: 10000.
   */
  readonly windowMs?: number | undefined;
  /**
   * Retries allowed each second whatever the traffic. For one small process 10 bounds nothing.
   *
   * Unit: retries/s. Default: 0.
   */
  readonly minPerSecond?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * What shares one breaker or quota: all calls to an origin, or those of one route to it.
 *
 * - origin: One guard for an origin.
 * - route: One guard for each route of an origin.
 */
export type GuardScope = 'origin' | 'route';

/**
 * Stops sending to an origin that fails. A 429, an abort by the caller and a refusal by the client are not
 * failures.
 */
export type Breaker = AdaptiveBreaker | RatioBreaker | ConsecutiveBreaker;

/**
 * Stops sending to an origin that fails. A 429, an abort by the caller and a refusal by the client are not
 * failures.
 */
export type BreakerInput = AdaptiveBreakerInput | RatioBreakerInput | ConsecutiveBreakerInput;

/**
 * Opens after a run of failures that chance does not explain, sends one probe after another, and lets the load
 * return step by step. Calls that began while the outage was young wait in a line for its end.
 *
 * Source: docs/guides/circuit-breaker.md has the measurements.
 */
export interface AdaptiveBreaker {
  /**
   * A run of failures that is too long for chance, by the runs before it.
   *
   * Default: "adaptive".
   */
  readonly kind: 'adaptive';
  /**
   * Failed attempts in a row that open it where failures are rare; the last one began 100 ms after the first, or
   * after its end, so that one lost connection does not. Where runs of failures are usual, it takes longer ones,
   * up to 200.
   *
   * Unit: attempts. Default: 8.
   */
  readonly failures: number;
  /**
   * Shortest time between two probes. The time grows with the outage: to an eighth of the time since it opened,
   * give or take a fifth.
   *
   * Unit: ms. Default: 100.
   */
  readonly minProbeMs: number;
  /**
   * Longest time between two probes, give or take a fifth: so late the end of a long outage is noticed. While a
   * probe is in flight, the next one waits for up to 4 s.
   *
   * Unit: ms. Default: 1000.
   */
  readonly maxProbeMs: number;
  /**
   * How long a call waits in the line for the end of an outage, altogether. 0: it fails at once.
   *
   * Unit: ms. Default: 3000.
   */
  readonly maxWaitMs: number;
  /**
   * Only calls that began within this time of the outage may wait: later ones fail at once while the breaker is
   * open. null: all may wait.
   *
   * Unit: ms. Default: 33000.
   */
  readonly maxAgeMs: number | null;
  /**
   * Attempts that may wait in the line; further ones fail at once. One takes some 1.4 kB.
   *
   * Unit: attempts. Default: 10000.
   */
  readonly queue: number;
  /**
   * What shares one breaker or quota: all calls to an origin, or those of one route to it.
   *
   * - origin: One guard for an origin.
   * - route: One guard for each route of an origin.
   *
   * Default: "origin".
   */
  readonly scope: GuardScope;
}

/**
 * Opens after a run of failures that chance does not explain, sends one probe after another, and lets the load
 * return step by step. Calls that began while the outage was young wait in a line for its end.
 *
 * Source: docs/guides/circuit-breaker.md has the measurements.
 */
export interface AdaptiveBreakerInput {
  /**
   * A run of failures that is too long for chance, by the runs before it.
   *
   * Default: "adaptive".
   */
  readonly kind?: 'adaptive' | undefined;
  /**
   * Failed attempts in a row that open it where failures are rare; the last one began 100 ms after the first, or
   * after its end, so that one lost connection does not. Where runs of failures are usual, it takes longer ones,
   * up to 200.
   *
   * Unit: attempts. Default: 8.
   */
  readonly failures?: number | undefined;
  /**
   * Shortest time between two probes. The time grows with the outage: to an eighth of the time since it opened,
   * give or take a fifth.
   *
   * Unit: ms. Default: 100.
   */
  readonly minProbeMs?: number | undefined;
  /**
   * Longest time between two probes, give or take a fifth: so late the end of a long outage is noticed. While a
   * probe is in flight, the next one waits for up to 4 s.
   *
   * Unit: ms. Default: 1000.
   */
  readonly maxProbeMs?: number | undefined;
  /**
   * How long a call waits in the line for the end of an outage, altogether. 0: it fails at once.
   *
   * Unit: ms. Default: 3000.
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * Only calls that began within this time of the outage may wait: later ones fail at once while the breaker is
   * open. null: all may wait.
   *
   * Unit: ms. Default: 33000.
   */
  readonly maxAgeMs?: number | null | undefined;
  /**
   * Attempts that may wait in the line; further ones fail at once. One takes some 1.4 kB.
   *
   * Unit: attempts. Default: 10000.
   */
  readonly queue?: number | undefined;
  /**
   * What shares one breaker or quota: all calls to an origin, or those of one route to it.
   *
   * - origin: One guard for an origin.
   * - route: One guard for each route of an origin.
   *
   * Default: "origin".
   */
  readonly scope?: GuardScope | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * Opens when a share of the attempts that began in a sliding window failed. An attempt without an answer counts as
 * not failed.
 *
 * Source: resilience4j; Polly v8.
 */
export interface RatioBreaker {
  /**
   * A share of the recent attempts failed.
   *
   * Default: "ratio".
   */
  readonly kind: 'ratio';
  /**
   * Share of failed attempts that opens it.
   *
   * Unit: ratio. Default: 0.5.
   */
  readonly failureRatio: number;
  /**
   * Length of the sliding window, in ten buckets. Attempts belong to the bucket in which they began.
   *
   * Unit: ms. Default: 30000.
   */
  readonly windowMs: number;
  /**
   * Attempts that the window must hold before the failure share can open the breaker. "auto": as many as
   * distinguish the share from half of failureRatio: 20 if all failed, 97 if half failed (failureRatio 0.5). A
   * number is used as given: of 20 attempts at 25 % failures, half fail by chance in 1.4 % of windows.
   *
   * Unit: attempts. Default: "auto".
   */
  readonly minCalls: number | 'auto';
  /**
   * How long the breaker stays open, give or take 10 %; after failed probes, counted from when the last probe was
   * sent. A probe without an answer frees its place after this time.
   *
   * Unit: ms. Default: 5000.
   */
  readonly openMs: number;
  /**
   * A number: the open time doubles each time the probes fail, up to this number. null: every open time is openMs,
   * so that the length of an outage does not delay recovery.
   *
   * Unit: ms. Default: null.
   */
  readonly maxOpenMs: number | null;
  /**
   * Attempts that a half-open breaker admits. The breaker opens again when failureRatio of them (or `failures` of
   * them) failed, and closes as soon as that cannot happen any more: with 3 probes and a ratio of 0.5, two
   * failures open and two successes close. 0 never closes.
   *
   * Unit: attempts. Default: 3.
   */
  readonly probes: number;
  /**
   * What shares one breaker or quota: all calls to an origin, or those of one route to it.
   *
   * - origin: One guard for an origin.
   * - route: One guard for each route of an origin.
   *
   * Default: "origin".
   */
  readonly scope: GuardScope;
}

/**
 * Opens when a share of the attempts that began in a sliding window failed. An attempt without an answer counts as
 * not failed.
 *
 * Source: resilience4j; Polly v8.
 */
export interface RatioBreakerInput {
  /**
   * A share of the recent attempts failed.
   *
   * Default: "ratio".
   */
  readonly kind?: 'ratio' | undefined;
  /**
   * Share of failed attempts that opens it.
   *
   * Unit: ratio. Default: 0.5.
   */
  readonly failureRatio?: number | undefined;
  /**
   * Length of the sliding window, in ten buckets. Attempts belong to the bucket in which they began.
   *
   * Unit: ms. Default: 30000.
   */
  readonly windowMs?: number | undefined;
  /**
   * Attempts that the window must hold before the failure share can open the breaker. "auto": as many as
   * distinguish the share from half of failureRatio: 20 if all failed, 97 if half failed (failureRatio 0.5). A
   * number is used as given: of 20 attempts at 25 % failures, half fail by chance in 1.4 % of windows.
   *
   * Unit: attempts. Default: "auto".
   */
  readonly minCalls?: number | 'auto' | undefined;
  /**
   * How long the breaker stays open, give or take 10 %; after failed probes, counted from when the last probe was
   * sent. A probe without an answer frees its place after this time.
   *
   * Unit: ms. Default: 5000.
   */
  readonly openMs?: number | undefined;
  /**
   * A number: the open time doubles each time the probes fail, up to this number. null: every open time is openMs,
   * so that the length of an outage does not delay recovery.
   *
   * Unit: ms. Default: null.
   */
  readonly maxOpenMs?: number | null | undefined;
  /**
   * Attempts that a half-open breaker admits. The breaker opens again when failureRatio of them (or `failures` of
   * them) failed, and closes as soon as that cannot happen any more: with 3 probes and a ratio of 0.5, two
   * failures open and two successes close. 0 never closes.
   *
   * Unit: attempts. Default: 3.
   */
  readonly probes?: number | undefined;
  /**
   * What shares one breaker or quota: all calls to an origin, or those of one route to it.
   *
   * - origin: One guard for an origin.
   * - route: One guard for each route of an origin.
   *
   * Default: "origin".
   */
  readonly scope?: GuardScope | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * Opens after failures in a row: attempts that began one after the other and have all failed.
 *
 * Source: Envoy outlier detection.
 */
export interface ConsecutiveBreaker {
  /**
   * Failures in a row.
   *
   * Default: "consecutive".
   */
  readonly kind: 'consecutive';
  /**
   * Failed attempts in a row that open it.
   *
   * Unit: attempts. Default: 5.
   */
  readonly failures: number;
  /**
   * How long the breaker stays open, give or take 10 %; after failed probes, counted from when the last probe was
   * sent. A probe without an answer frees its place after this time.
   *
   * Unit: ms. Default: 5000.
   */
  readonly openMs: number;
  /**
   * A number: the open time doubles each time the probes fail, up to this number. null: every open time is openMs,
   * so that the length of an outage does not delay recovery.
   *
   * Unit: ms. Default: null.
   */
  readonly maxOpenMs: number | null;
  /**
   * Attempts that a half-open breaker admits. The breaker opens again when failureRatio of them (or `failures` of
   * them) failed, and closes as soon as that cannot happen any more: with 3 probes and a ratio of 0.5, two
   * failures open and two successes close. 0 never closes.
   *
   * Unit: attempts. Default: 3.
   */
  readonly probes: number;
  /**
   * What shares one breaker or quota: all calls to an origin, or those of one route to it.
   *
   * - origin: One guard for an origin.
   * - route: One guard for each route of an origin.
   *
   * Default: "origin".
   */
  readonly scope: GuardScope;
}

/**
 * Opens after failures in a row: attempts that began one after the other and have all failed.
 *
 * Source: Envoy outlier detection.
 */
export interface ConsecutiveBreakerInput {
  /**
   * Failures in a row.
   *
   * Default: "consecutive".
   */
  readonly kind?: 'consecutive' | undefined;
  /**
   * Failed attempts in a row that open it.
   *
   * Unit: attempts. Default: 5.
   */
  readonly failures?: number | undefined;
  /**
   * How long the breaker stays open, give or take 10 %; after failed probes, counted from when the last probe was
   * sent. A probe without an answer frees its place after this time.
   *
   * Unit: ms. Default: 5000.
   */
  readonly openMs?: number | undefined;
  /**
   * A number: the open time doubles each time the probes fail, up to this number. null: every open time is openMs,
   * so that the length of an outage does not delay recovery.
   *
   * Unit: ms. Default: null.
   */
  readonly maxOpenMs?: number | null | undefined;
  /**
   * Attempts that a half-open breaker admits. The breaker opens again when failureRatio of them (or `failures` of
   * them) failed, and closes as soon as that cannot happen any more: with 3 probes and a ratio of 0.5, two
   * failures open and two successes close. 0 never closes.
   *
   * Unit: attempts. Default: 3.
   */
  readonly probes?: number | undefined;
  /**
   * What shares one breaker or quota: all calls to an origin, or those of one route to it.
   *
   * - origin: One guard for an origin.
   * - route: One guard for each route of an origin.
   *
   * Default: "origin".
   */
  readonly scope?: GuardScope | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** Bounds the attempts in flight to an origin, by a fixed number or by one that adapts. */
export type Concurrency = FixedConcurrency | AdaptiveConcurrency;

/** Bounds the attempts in flight to an origin, by a fixed number or by one that adapts. */
export type ConcurrencyInput = FixedConcurrencyInput | AdaptiveConcurrencyInput;

/**
 * A fixed number of attempts in flight. Others wait in a FIFO queue, or are refused.
 *
 * Source: resilience4j Bulkhead; Polly.
 */
export interface FixedConcurrency {
  /**
   * A fixed number of attempts.
   *
   * Default: "fixed".
   */
  readonly kind: 'fixed';
  /**
   * Attempts in flight to one origin.
   *
   * Unit: attempts. Default: 50.
   */
  readonly max: number;
  /**
   * Attempts that may wait for a place. Any further attempt is refused at once.
   *
   * Unit: attempts. Default: 0.
   */
  readonly queue: number;
}

/**
 * A fixed number of attempts in flight. Others wait in a FIFO queue, or are refused.
 *
 * Source: resilience4j Bulkhead; Polly.
 */
export interface FixedConcurrencyInput {
  /**
   * A fixed number of attempts.
   *
   * Default: "fixed".
   */
  readonly kind?: 'fixed' | undefined;
  /**
   * Attempts in flight to one origin.
   *
   * Unit: attempts. Default: 50.
   */
  readonly max?: number | undefined;
  /**
   * Attempts that may wait for a place. Any further attempt is refused at once.
   *
   * Unit: attempts. Default: 0.
   */
  readonly queue?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * A limit that finds the number of attempts that the origin can take. It falls when the origin refuses more of
 * them (429, 503, 529) than it does whatever the load, or when most take four times as long as usual, time out
 * included. It grows with successes while it is in use. Single failures do not change it, nor does time that all
 * answers take, as those of a model do.
 *
 * Source: Netflix concurrency-limits; BBR; the sequential probability ratio test (Wald 1945).
 */
export interface AdaptiveConcurrency {
  /**
   * A limit that adapts to what the origin can take.
   *
   * Default: "adaptive".
   */
  readonly kind: 'adaptive';
  /**
   * The limit before anything is known. It doubles per round trip until it falls for the first time. Default: max,
   * so that nothing waits before the origin has too much to do.
   *
   * Unit: attempts.
   */
  readonly start?: number;
  /**
   * The limit never falls below this. Default: 4, or max if that is less.
   *
   * Unit: attempts.
   */
  readonly min?: number;
  /**
   * The limit never exceeds this.
   *
   * Unit: attempts. Default: 10000.
   */
  readonly max: number;
  /**
   * A decrease multiplies the attempts in flight by this. After refusals, the limit falls to those that succeed,
   * if these are fewer, or by half.
   *
   * Default: 0.9.
   */
  readonly decreaseRatio: number;
  /**
   * Attempts that may wait for a place. Any further attempt is refused at once. The default is not 0, because a
   * limit that falls makes attempts wait.
   *
   * Unit: attempts. Default: 10000.
   */
  readonly queue: number;
}

/**
 * A limit that finds the number of attempts that the origin can take. It falls when the origin refuses more of
 * them (429, 503, 529) than it does whatever the load, or when most take four times as long as usual, time out
 * included. It grows with successes while it is in use. Single failures do not change it, nor does time that all
 * answers take, as those of a model do.
 *
 * Source: Netflix concurrency-limits; BBR; the sequential probability ratio test (Wald 1945).
 */
export interface AdaptiveConcurrencyInput {
  /**
   * A limit that adapts to what the origin can take.
   *
   * Default: "adaptive".
   */
  readonly kind?: 'adaptive' | undefined;
  /**
   * The limit before anything is known. It doubles per round trip until it falls for the first time. Default: max,
   * so that nothing waits before the origin has too much to do.
   *
   * Unit: attempts.
   */
  readonly start?: number | undefined;
  /**
   * The limit never falls below this. Default: 4, or max if that is less.
   *
   * Unit: attempts.
   */
  readonly min?: number | undefined;
  /**
   * The limit never exceeds this.
   *
   * Unit: attempts. Default: 10000.
   */
  readonly max?: number | undefined;
  /**
   * A decrease multiplies the attempts in flight by this. After refusals, the limit falls to those that succeed,
   * if these are fewer, or by half.
   *
   * Default: 0.9.
   */
  readonly decreaseRatio?: number | undefined;
  /**
   * Attempts that may wait for a place. Any further attempt is refused at once. The default is not 0, because a
   * limit that falls makes attempts wait.
   *
   * Unit: attempts. Default: 10000.
   */
  readonly queue?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * The limits of the server, stated here or learned from its answers. Attempts wait in a FIFO queue; retries come
 * before first attempts.
 *
 * Source: OpenAI, Azure and Anthropic, rate limits.
 */
export interface Quota {
  /**
   * The limits that the server states. No window of perMs holds more than max.
   *
   * Default: [].
   */
  readonly limits: readonly QuotaLimit[];
  /**
   * Learns the rate from answers: a throttled answer lowers the rate and holds the queue until its hint; while
   * attempts wait, each admitted one raises the rate. Headers that say what remains lower what is left, and hold
   * the queue if nothing remains.
   *
   * Default: true. Source: D.-M. Chiu, R. Jain (1989).
   */
  readonly learn: boolean;
  /**
   * The learned rate before anything is known, if no limit of requests is stated. The rate doubles each second
   * until the first throttled answer. null: there is no limit until the server throttles more than one request in
   * ten; for callers that bound their requests in flight, such as a batch.
   *
   * Unit: requests per second. Default: 10. Source: AWS SDKs, adaptive retry mode: no limit before the first
   * throttled answer.
   */
  readonly startPerSecond: number | null;
  /**
   * Longest wait in the queue. An attempt that would wait longer, or beyond its deadline, is refused at once with
   * QUOTA_WAIT.
   *
   * Unit: ms. Default: 60000.
   */
  readonly maxWaitMs: number;
  /**
   * Attempts that may wait in the queue. Any further attempt is refused at once with QUOTA_QUEUE. One that waits
   * takes about 1 kB beside its request.
   *
   * Unit: attempts. Default: 100000.
   */
  readonly queue: number;
  /**
   * What shares one breaker or quota: all calls to an origin, or those of one route to it.
   *
   * - origin: One guard for an origin.
   * - route: One guard for each route of an origin.
   *
   * Default: "origin".
   */
  readonly scope: GuardScope;
  /**
   * What else has a quota of its own, and is held alone when the server asks for a pause. 1,000 of them are kept
   * for each origin; credentials only as hashes.
   *
   * Default: [].
   */
  readonly per: readonly ('credential' | 'model')[];
}

/**
 * The limits of the server, stated here or learned from its answers. Attempts wait in a FIFO queue; retries come
 * before first attempts.
 *
 * Source: OpenAI, Azure and Anthropic, rate limits.
 */
export interface QuotaInput {
  /**
   * The limits that the server states. No window of perMs holds more than max.
   *
   * Default: [].
   */
  readonly limits?: readonly QuotaLimit[] | undefined;
  /**
   * Learns the rate from answers: a throttled answer lowers the rate and holds the queue until its hint; while
   * attempts wait, each admitted one raises the rate. Headers that say what remains lower what is left, and hold
   * the queue if nothing remains.
   *
   * Default: true. Source: D.-M. Chiu, R. Jain (1989).
   */
  readonly learn?: boolean | undefined;
  /**
   * The learned rate before anything is known, if no limit of requests is stated. The rate doubles each second
   * until the first throttled answer. null: there is no limit until the server throttles more than one request in
   * ten; for callers that bound their requests in flight, such as a batch.
   *
   * Unit: requests per second. Default: 10. Source: AWS SDKs, adaptive retry mode: no limit before the first
   * throttled answer.
   */
  readonly startPerSecond?: number | null | undefined;
  /**
   * Longest wait in the queue. An attempt that would wait longer, or beyond its deadline, is refused at once with
   * QUOTA_WAIT.
   *
   * Unit: ms. Default: 60000.
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * Attempts that may wait in the queue. Any further attempt is refused at once with QUOTA_QUEUE. One that waits
   * takes about 1 kB beside its request.
   *
   * Unit: attempts. Default: 100000.
   */
  readonly queue?: number | undefined;
  /**
   * What shares one breaker or quota: all calls to an origin, or those of one route to it.
   *
   * - origin: One guard for an origin.
   * - route: One guard for each route of an origin.
   *
   * Default: "origin".
   */
  readonly scope?: GuardScope | undefined;
  /**
   * What else has a quota of its own, and is held alone when the server asks for a pause. 1,000 of them are kept
   * for each origin; credentials only as hashes.
   *
   * Default: [].
   */
  readonly per?: readonly ('credential' | 'model')[] | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** One limit of the server. */
export interface QuotaLimit {
  /**
   * The unit that is counted. tokens: input and output together.
   *
   * - requests: Every attempt counts 1.
   * - inputTokens: Tokens of the prompt.
   * - outputTokens: Tokens that may be generated.
   * - tokens: Tokens of the prompt and tokens that may be generated.
   */
  readonly unit: 'requests' | 'inputTokens' | 'outputTokens' | 'tokens';
  /**
   * Units admitted in any window of perMs.
   *
   * Unit: requests or tokens.
   */
  readonly max: number;
  /**
   * Length of the window.
   *
   * Unit: ms.
   */
  readonly perMs: number;
}

/**
 * For successful responses of the type text/event-stream. Comments and pings do not reset idleTimeoutMs. An error
 * event before the first content is treated like the HTTP status that the vendor sends for the same error, so it
 * may be retried. After the first content nothing is retried.
 *
 * Source: Anthropic and OpenAI: errors inside of streams; LiteLLM stream_timeout.
 */
export interface EventStream {
  /**
   * What commits a response as the answer. Pings, announcements and empty chunks are not content; an event of an
   * unknown kind is.
   *
   * - content: The response is held until its first event with content, then passed on byte for byte.
   * - headers: The response is passed on at its headers.
   *
   * Default: "content".
   */
  readonly commit: 'content' | 'headers';
  /**
   * Longest wait from the headers to the first content, within the attempt timeout and the deadline. After it the
   * attempt has failed, and the server may have acted. null: no limit of its own.
   *
   * Unit: ms. Default: 20000. Source: LiteLLM stream_timeout.
   */
  readonly firstContentMs: number | null;
  /**
   * Bytes held without content, at most. A response with more is passed on.
   *
   * Unit: bytes. Default: 65536.
   */
  readonly holdBytes: number;
}

/**
 * For successful responses of the type text/event-stream. Comments and pings do not reset idleTimeoutMs. An error
 * event before the first content is treated like the HTTP status that the vendor sends for the same error, so it
 * may be retried. After the first content nothing is retried.
 *
 * Source: Anthropic and OpenAI: errors inside of streams; LiteLLM stream_timeout.
 */
export interface EventStreamInput {
  /**
   * What commits a response as the answer. Pings, announcements and empty chunks are not content; an event of an
   * unknown kind is.
   *
   * - content: The response is held until its first event with content, then passed on byte for byte.
   * - headers: The response is passed on at its headers.
   *
   * Default: "content".
   */
  readonly commit?: 'content' | 'headers' | undefined;
  /**
   * Longest wait from the headers to the first content, within the attempt timeout and the deadline. After it the
   * attempt has failed, and the server may have acted. null: no limit of its own.
   *
   * Unit: ms. Default: 20000. Source: LiteLLM stream_timeout.
   */
  readonly firstContentMs?: number | null | undefined;
  /**
   * Bytes held without content, at most. A response with more is passed on.
   *
   * Unit: bytes. Default: 65536.
   */
  readonly holdBytes?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * Either a fixed delayMs or a quantile of the recent latencies, not both.
 *
 * Source: J. Dean, L. Barroso, The Tail at Scale (2013); gRPC A6.
 */
export interface Hedging {
  /**
   * How long an attempt may take before its hedge is sent.
   *
   * Unit: ms.
   */
  readonly delayMs?: number;
  /**
   * The delay: 1 ms more than this quantile of the last 100 attempts that succeeded or lost to their hedge; no
   * hedge before 20 are known.
   *
   * Unit: ratio.
   */
  readonly quantile?: number;
  /**
   * Hedges allowed per call of the last 10 s.
   *
   * Unit: ratio. Default: 0.05.
   */
  readonly maxLoadRatio: number;
  /**
   * Where a hedge is sent, if the call has endpoints.
   *
   * - same: The endpoint of the first attempt.
   * - other: Another endpoint of the call. Without one that is free, no hedge is sent.
   *
   * Default: "same".
   */
  readonly to: 'same' | 'other';
}

/**
 * Either a fixed delayMs or a quantile of the recent latencies, not both.
 *
 * Source: J. Dean, L. Barroso, The Tail at Scale (2013); gRPC A6.
 */
export interface HedgingInput {
  /**
   * How long an attempt may take before its hedge is sent.
   *
   * Unit: ms.
   */
  readonly delayMs?: number | undefined;
  /**
   * The delay: 1 ms more than this quantile of the last 100 attempts that succeeded or lost to their hedge; no
   * hedge before 20 are known.
   *
   * Unit: ratio.
   */
  readonly quantile?: number | undefined;
  /**
   * Hedges allowed per call of the last 10 s.
   *
   * Unit: ratio. Default: 0.05.
   */
  readonly maxLoadRatio?: number | undefined;
  /**
   * Where a hedge is sent, if the call has endpoints.
   *
   * - same: The endpoint of the first attempt.
   * - other: Another endpoint of the call. Without one that is free, no hedge is sent.
   *
   * Default: "same".
   */
  readonly to?: 'same' | 'other' | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** One place that can answer the call. */
export interface Endpoint {
  /** Name of the endpoint, in reports, events and telemetry, and for prepareAttempt. */
  readonly name: string;
  /** Scheme, host and port of a URL. */
  readonly origin: string;
  /**
   * Path that the URLs of this endpoint begin with. A call that moves changes it along with the origin; the rest
   * of the path stays.
   *
   * Default: "".
   */
  readonly basePath: string;
  /**
   * For an endpoint that warms up: a path that answers 200 once the endpoint is ready, and 503 or nothing before.
   * Calls wait for it within their deadline, or go to another endpoint. null: never asked. A program calls
   * `useReadyPaths()` of `steadfetch/features` before it makes such a policy.
   *
   * Default: null. Source: Kubernetes (readiness probes); Envoy (active health checks).
   */
  readonly readyPath: string | null;
  /**
   * Endpoints of rank 1 are used first, those of a higher rank only while all below are passed over.
   *
   * Default: 1.
   */
  readonly rank: number;
  /**
   * Share of the first attempts among the endpoints of a rank, relative to their weights.
   *
   * Unit: ratio. Default: 1.
   */
  readonly weight: number;
}

/** One place that can answer the call. */
export interface EndpointInput {
  /** Name of the endpoint, in reports, events and telemetry, and for prepareAttempt. */
  readonly name: string;
  /** Scheme, host and port of a URL. */
  readonly origin: string;
  /**
   * Path that the URLs of this endpoint begin with. A call that moves changes it along with the origin; the rest
   * of the path stays.
   *
   * Default: "".
   */
  readonly basePath?: string | undefined;
  /**
   * For an endpoint that warms up: a path that answers 200 once the endpoint is ready, and 503 or nothing before.
   * Calls wait for it within their deadline, or go to another endpoint. null: never asked. A program calls
   * `useReadyPaths()` of `steadfetch/features` before it makes such a policy.
   *
   * Default: null. Source: Kubernetes (readiness probes); Envoy (active health checks).
   */
  readonly readyPath?: string | null | undefined;
  /**
   * Endpoints of rank 1 are used first, those of a higher rank only while all below are passed over.
   *
   * Default: 1.
   */
  readonly rank?: number | undefined;
  /**
   * Share of the first attempts among the endpoints of a rank, relative to their weights.
   *
   * Unit: ratio. Default: 1.
   */
  readonly weight?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * When an endpoint that fails, or refuses requests, more often than the others of its rank is passed over,
 * although its breaker is closed. A program calls useEjection() of steadfetch/features first.
 */
export interface Ejection {
  /**
   * Largest share of the endpoints of a rank that may be out: ejected, or with an open breaker. 0: none is
   * ejected. If more than this share is out, ejections are ignored.
   *
   * Unit: ratio. Default: 0. Source: Envoy outlier detection (max_ejection_percent) and panic threshold; gRFC A50.
   */
  readonly maxEjectedShare: number;
  /**
   * How far its share of failures, or of refusals such as 404, must be above that of the others together. It must
   * also be beyond four standard deviations.
   *
   * Unit: ratio. Default: 0.1.
   */
  readonly minExcess: number;
  /**
   * Fewest attempts in the last 30 s, at the endpoint and at the others together, that are compared.
   *
   * Default: 20.
   */
  readonly minCalls: number;
  /**
   * How long the first ejection lasts, ±10 %. Each further one lasts so much longer; the time shrinks again while
   * the endpoint stays in.
   *
   * Unit: ms. Default: 30000. Source: Envoy outlier detection (base_ejection_time).
   */
  readonly ejectMs: number;
  /**
   * Longest ejection.
   *
   * Unit: ms. Default: 300000. Source: Envoy outlier detection (max_ejection_time).
   */
  readonly maxEjectMs: number;
}

/**
 * When an endpoint that fails, or refuses requests, more often than the others of its rank is passed over,
 * although its breaker is closed. A program calls useEjection() of steadfetch/features first.
 */
export interface EjectionInput {
  /**
   * Largest share of the endpoints of a rank that may be out: ejected, or with an open breaker. 0: none is
   * ejected. If more than this share is out, ejections are ignored.
   *
   * Unit: ratio. Default: 0. Source: Envoy outlier detection (max_ejection_percent) and panic threshold; gRFC A50.
   */
  readonly maxEjectedShare?: number | undefined;
  /**
   * How far its share of failures, or of refusals such as 404, must be above that of the others together. It must
   * also be beyond four standard deviations.
   *
   * Unit: ratio. Default: 0.1.
   */
  readonly minExcess?: number | undefined;
  /**
   * Fewest attempts in the last 30 s, at the endpoint and at the others together, that are compared.
   *
   * Default: 20.
   */
  readonly minCalls?: number | undefined;
  /**
   * How long the first ejection lasts, ±10 %. Each further one lasts so much longer; the time shrinks again while
   * the endpoint stays in.
   *
   * Unit: ms. Default: 30000. Source: Envoy outlier detection (base_ejection_time).
   */
  readonly ejectMs?: number | undefined;
  /**
   * Longest ejection.
   *
   * Unit: ms. Default: 300000. Source: Envoy outlier detection (max_ejection_time).
   */
  readonly maxEjectMs?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** When a call goes to another of its endpoints. Has no effect without endpoints. */
export interface Failover {
  /**
   * The first five: failures after which a retry goes to another endpoint; server-error stands for every status
   * that is retried, such as 500, 408 and those in retryOn, but 429, 503 and 529. The last four, and overloaded:
   * states in which an endpoint is passed over without a send; held: it asked any call for a pause.
   *
   * Default: ["throttled","overloaded","server-error","timeout","network","breaker-open","held","quota","down"].
   */
  readonly on: readonly ('throttled' | 'overloaded' | 'server-error' | 'timeout' | 'network' | 'breaker-open' | 'held' | 'quota' | 'down')[];
  /**
   * How an endpoint is chosen among those of a rank that are free.
   *
   * - weighted: At random, in proportion to the weights.
   * - least-pending: The endpoint with the fewest attempts of this process in flight, divided by its weight.
   * Failures to expect before a success count as in flight.
   * - p2c-ewma: The better of two at random: the one with the lower peak-EWMA latency, times the root of its
   * attempts in flight by weight, divided by the share of attempts that succeed.
   *
   * Default: "weighted". Source: Finagle (p2c, peak EWMA); M. Mitzenmacher, The Power of Two Choices in Randomized
   * Load Balancing (2001).
   */
  readonly balance: 'weighted' | 'least-pending' | 'p2c-ewma';
  /**
   * When an endpoint that fails, or refuses requests, more often than the others of its rank is passed over,
   * although its breaker is closed. A program calls useEjection() of steadfetch/features first.
   */
  readonly ejection: Ejection;
  /**
   * How long calls stay at the endpoint that answered after a move. 0: each call begins at the best rank that is
   * free.
   *
   * Unit: ms. Default: 0.
   */
  readonly stickyMs: number;
  /**
   * Whether the endpoints share one state: they deduplicate by the same idempotency keys, and a PUT or DELETE at
   * one is one at all. Without it a call that is not safe as GET is stays at its endpoint once a server may have
   * acted on it; and where its URL says from the beginning, if its caller may repeat it: with a key of the
   * caller's own, or by a method of idempotentMethods.
   *
   * Default: false. Source: draft-ietf-httpapi-idempotency-key-header-07; RFC 9110 §9.2.1.
   */
  readonly sharedKeys: boolean;
  /**
   * Whether every header and query parameter of the caller may be sent to every endpoint, Authorization, cookies
   * and API keys included. Without it headers that may not go along are removed where a call moves, so that
   * prepareAttempt has to write those of the endpoint; without that port a call with such headers stays where its
   * URL says.
   *
   * Default: false.
   */
  readonly sharedCredentials: boolean;
  /**
   * Further headers of the caller that may be sent to every endpoint. Always sent are those that describe content
   * and what is accepted, conditions, ids, trace context and the idempotency key; to an endpoint of the same site,
   * every header that does not look like a credential.
   *
   * Default: []. Source: RFC 9110 §15.4 (headers that a client removes when it follows a redirect to another
   * origin).
   */
  readonly headers: readonly string[];
  /**
   * Query parameters that may be sent to an endpoint of another site; "*" for every one that does not look like a
   * credential. A call with another parameter stays where its URL says.
   *
   * Default: [].
   */
  readonly query: readonly string[];
}

/** When a call goes to another of its endpoints. Has no effect without endpoints. */
export interface FailoverInput {
  /**
   * The first five: failures after which a retry goes to another endpoint; server-error stands for every status
   * that is retried, such as 500, 408 and those in retryOn, but 429, 503 and 529. The last four, and overloaded:
   * states in which an endpoint is passed over without a send; held: it asked any call for a pause.
   *
   * Default: ["throttled","overloaded","server-error","timeout","network","breaker-open","held","quota","down"].
   */
  readonly on?: readonly ('throttled' | 'overloaded' | 'server-error' | 'timeout' | 'network' | 'breaker-open' | 'held' | 'quota' | 'down')[] | undefined;
  /**
   * How an endpoint is chosen among those of a rank that are free.
   *
   * - weighted: At random, in proportion to the weights.
   * - least-pending: The endpoint with the fewest attempts of this process in flight, divided by its weight.
   * Failures to expect before a success count as in flight.
   * - p2c-ewma: The better of two at random: the one with the lower peak-EWMA latency, times the root of its
   * attempts in flight by weight, divided by the share of attempts that succeed.
   *
   * Default: "weighted". Source: Finagle (p2c, peak EWMA); M. Mitzenmacher, The Power of Two Choices in Randomized
   * Load Balancing (2001).
   */
  readonly balance?: 'weighted' | 'least-pending' | 'p2c-ewma' | undefined;
  /**
   * When an endpoint that fails, or refuses requests, more often than the others of its rank is passed over,
   * although its breaker is closed. A program calls useEjection() of steadfetch/features first.
   */
  readonly ejection?: EjectionInput | undefined;
  /**
   * How long calls stay at the endpoint that answered after a move. 0: each call begins at the best rank that is
   * free.
   *
   * Unit: ms. Default: 0.
   */
  readonly stickyMs?: number | undefined;
  /**
   * Whether the endpoints share one state: they deduplicate by the same idempotency keys, and a PUT or DELETE at
   * one is one at all. Without it a call that is not safe as GET is stays at its endpoint once a server may have
   * acted on it; and where its URL says from the beginning, if its caller may repeat it: with a key of the
   * caller's own, or by a method of idempotentMethods.
   *
   * Default: false. Source: draft-ietf-httpapi-idempotency-key-header-07; RFC 9110 §9.2.1.
   */
  readonly sharedKeys?: boolean | undefined;
  /**
   * Whether every header and query parameter of the caller may be sent to every endpoint, Authorization, cookies
   * and API keys included. Without it headers that may not go along are removed where a call moves, so that
   * prepareAttempt has to write those of the endpoint; without that port a call with such headers stays where its
   * URL says.
   *
   * Default: false.
   */
  readonly sharedCredentials?: boolean | undefined;
  /**
   * Further headers of the caller that may be sent to every endpoint. Always sent are those that describe content
   * and what is accepted, conditions, ids, trace context and the idempotency key; to an endpoint of the same site,
   * every header that does not look like a credential.
   *
   * Default: []. Source: RFC 9110 §15.4 (headers that a client removes when it follows a redirect to another
   * origin).
   */
  readonly headers?: readonly string[] | undefined;
  /**
   * Query parameters that may be sent to an endpoint of another site; "*" for every one that does not look like a
   * credential. A call with another parameter stays where its URL says.
   *
   * Default: [].
   */
  readonly query?: readonly string[] | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** One id per call, the same on every attempt; optionally one per attempt. */
export interface Correlation {
  /**
   * Header with the id of the call. A valid id that the caller sets is kept.
   *
   * Default: "x-correlation-id".
   */
  readonly header: string;
  /**
   * Header with an id of each attempt, unless the caller sets the header. null: none.
   *
   * Default: null.
   */
  readonly requestIdHeader: string | null;
  /**
   * The origins that get the ids: "all", "same-origin" or a list of origins. null: all of them outside browsers;
   * in browsers only the same origin, because the headers would force a preflight.
   *
   * Default: null.
   */
  readonly sendTo: 'all' | 'same-origin' | readonly string[] | null;
}

/** One id per call, the same on every attempt; optionally one per attempt. */
export interface CorrelationInput {
  /**
   * Header with the id of the call. A valid id that the caller sets is kept.
   *
   * Default: "x-correlation-id".
   */
  readonly header?: string | undefined;
  /**
   * Header with an id of each attempt, unless the caller sets the header. null: none.
   *
   * Default: null.
   */
  readonly requestIdHeader?: string | null | undefined;
  /**
   * The origins that get the ids: "all", "same-origin" or a list of origins. null: all of them outside browsers;
   * in browsers only the same origin, because the headers would force a preflight.
   *
   * Default: null.
   */
  readonly sendTo?: 'all' | 'same-origin' | readonly string[] | null | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * What to do if the client above retries too, so that attempts multiply. Its retries show in
 * x-stainless-retry-count (the SDKs of OpenAI and Anthropic), amz-sdk-request (the AWS SDKs),
 * x-envoy-attempt-count and grpc-previous-rpc-attempts.
 *
 * - observe: Both retry. Under refusals, a retry of the client above is sent once, and a failed response tells the
 * SDKs of OpenAI and Anthropic not to retry. One warning per client names the header; an event and a span
 * attribute report how often the client above has retried.
 * - yield: The client above retries alone: a call that carries its header is sent once. An idempotency block gives
 * each of these calls another key, so let the client above send the key.
 *
 * Source: Google SRE book, Handling overload: retry at one layer.
 */
export type Nested = 'observe' | 'yield';

/** A policy for the calls that match. */
export interface RouteInput {
  /** Every field that is present has to match; an empty match takes every call. */
  readonly match: Match;
  /** Name of the route, for telemetry and for breakers of scope route. Default: the policy's name. */
  readonly name?: string | undefined;
  /**
   * Attempts of a call at most: the first, every retry and any hedge. "unlimited" needs a deadline. null:
   * steadfetch does not retry; the caller's own loop keeps its retries and timeouts.
   *
   * Unit: attempts. Default: 3. Source: AWS SDKs; gRPC A6; Google SRE Book.
   */
  readonly maxAttempts?: number | 'unlimited' | null | undefined;
  /**
   * Bound on the whole call until the response headers, waits included, and on through body methods such as
   * .json(). null: none.
   *
   * Unit: ms. Default: 30000. Source: Microsoft.Extensions.Http.Resilience (30 s).
   */
  readonly deadlineMs?: number | null | undefined;
  /**
   * Bound on one attempt until the response headers, and on through body methods such as .json(). A body read as a
   * stream is bounded by idleTimeoutMs instead. null: none.
   *
   * Unit: ms. Default: 8000. Source: Microsoft.Extensions.Http.Resilience, ky (10 s).
   */
  readonly attemptTimeoutMs?: number | null | undefined;
  /**
   * Longest wait for the next chunk while the caller reads the response body as a stream. null: none.
   *
   * Unit: ms. Default: 30000. Source: Envoy per_try_idle_timeout.
   */
  readonly idleTimeoutMs?: number | null | undefined;
  /**
   * What is transient: statuses, "5xx" (without 501, 505 and 511), "4xx", failure kinds (network, timeout) and
   * gRPC code names. Whether a transient outcome may be sent again is decided apart from this: by what the server
   * may have done, the method, and the idempotency key.
   *
   * Default: [408,421,425,429,500,502,503,504,520,521,522,523,524,529,"network","timeout","UNAVAILABLE"]. Source:
   * RFC 9110 §15, RFC 6585, RFC 8470; OpenAI, AWS and Azure SDKs.
   */
  readonly retryOn?: readonly RetryTrigger[] | undefined;
  /**
   * Methods that may be sent twice although the server may have acted. Add POST, best in a route, only where twice
   * does no harm: an embedding, a search.
   *
   * Default: ["GET","HEAD","OPTIONS","TRACE","PUT","DELETE","QUERY"]. Source: RFC 9110 §9.2.2; RFC 10008 (QUERY).
   */
  readonly idempotentMethods?: readonly string[] | undefined;
  /**
   * A statement that this server deduplicates by a key header. Only then is a key made, one per call, and only
   * then is a POST retried although the server may have acted.
   *
   * Default: null.
   */
  readonly idempotency?: IdempotencyInput | null | undefined;
  /** How long to wait before each retry. */
  readonly backoff?: BackoffInput | undefined;
  /**
   * Use of the hints in retry-after-ms, Retry-After, RateLimit and X-RateLimit-* headers. A hint that is longer
   * than maxMs, or than the time left, ends the call at once: a hint is never shortened.
   *
   * Source: RFC 9110 §10.2.3; draft-ietf-httpapi-ratelimit-headers-11.
   */
  readonly retryAfter?: RetryAfterInput | undefined;
  /**
   * Reads the JSON bodies of errors that might be retried: an account without credit and a request that is too
   * large are not retried, and a wait that only the body names is honored. null: status and headers decide.
   * Programs that import `steadfetch/fetch`, `/ky`, `/core`, `/unchecked` or `/lite` call `useModelEndpoints()` of
   * `steadfetch/features` first.
   *
   * Default: null.
   */
  readonly refusals?: ErrorBodiesInput | null | undefined;
  /**
   * For servers that charge for attempts, such as model endpoints. Attempts that the server may have worked for
   * are counted and limited, and a timeout is not retried. null: attempts cost nothing.
   *
   * Default: null.
   */
  readonly paid?: PaidAttemptsInput | null | undefined;
  /**
   * Bounds the extra load of retries and hedges, per origin, so that retries do not keep an outage alive. A retry
   * at the time that the server named (Retry-After above 0) takes nothing from the budget, unless the server has
   * refused nearly all such retries for four seconds.
   */
  readonly budget?: BudgetInput | null | undefined;
  /**
   * Stops sending to an origin that fails. A 429, an abort by the caller and a refusal by the client are not
   * failures.
   */
  readonly breaker?: BreakerInput | null | undefined;
  /**
   * Bounds the attempts in flight to an origin, by a fixed number or by one that adapts.
   *
   * Default: null.
   */
  readonly concurrency?: ConcurrencyInput | null | undefined;
  /**
   * Paces attempts to what the server admits, by requests and by tokens. Attempts beyond that wait in a queue, as
   * do all attempts while the server asks for a pause. null: no quota.
   *
   * Default: null.
   */
  readonly quota?: QuotaInput | null | undefined;
  /**
   * Sends a second attempt if the first is slow and the call may be repeated, and takes the first good answer.
   *
   * Default: null.
   */
  readonly hedge?: HedgingInput | null | undefined;
  /**
   * When an event stream (text/event-stream) counts as answered, and how long its reader waits. null: at the
   * headers, like any other response. Programs that import `steadfetch/fetch`, `/ky`, `/core`, `/unchecked` or
   * `/lite` call `useModelEndpoints()` of `steadfetch/features` first.
   *
   * Default: null.
   */
  readonly stream?: EventStreamInput | null | undefined;
  /**
   * Places that can answer a call: regions, deployments, providers with the same API. A call to one of their
   * origins may be sent to any of them. null: a call is sent where its URL says.
   *
   * Default: null. Source: Microsoft.Extensions.Http.Resilience (ordered and weighted groups); Envoy (previous
   * hosts).
   */
  readonly endpoints?: readonly EndpointInput[] | null | undefined;
  /** When a call goes to another of its endpoints. Has no effect without endpoints. */
  readonly failover?: FailoverInput | undefined;
  /** Headers with ids of a call and its attempts, for the logs of client and server. */
  readonly correlation?: CorrelationInput | null | undefined;
  /**
   * Header with the milliseconds that the call has left, computed anew for every attempt. null: none.
   *
   * Default: null. Source: Envoy x-envoy-expected-rq-timeout-ms; grpc-timeout.
   */
  readonly deadlineHeader?: string | null | undefined;
  /**
   * Header with the number of the attempt: 1 for the first, hedges counted. Servers can distinguish retries from
   * first attempts by it. null: none.
   *
   * Default: null. Source: x-stainless-retry-count of the SDKs of OpenAI and Anthropic; x-envoy-attempt-count;
   * grpc-previous-rpc-attempts.
   */
  readonly attemptHeader?: string | null | undefined;
  /**
   * What to do if the client above retries too, so that attempts multiply. Its retries show in
   * x-stainless-retry-count (the SDKs of OpenAI and Anthropic), amz-sdk-request (the AWS SDKs),
   * x-envoy-attempt-count and grpc-previous-rpc-attempts.
   *
   * - observe: Both retry. Under refusals, a retry of the client above is sent once, and a failed response tells
   * the SDKs of OpenAI and Anthropic not to retry. One warning per client names the header; an event and a span
   * attribute report how often the client above has retried.
   * - yield: The client above retries alone: a call that carries its header is sent once. An idempotency block
   * gives each of these calls another key, so let the client above send the key.
   *
   * Default: "observe". Source: Google SRE book, Handling overload: retry at one layer.
   */
  readonly nested?: Nested | undefined;
  /**
   * Names of query parameters whose values spans, events and logs may show. Every other value is replaced by
   * REDACTED; tokens, keys, passwords and signatures are replaced even where they are listed.
   *
   * Default: []. Source: OpenTelemetry semantic conventions, url.query.
   */
  readonly queryAllowList?: readonly string[] | undefined;
  /**
   * Largest request body that is kept for a retry. Larger bodies, and streams, get one attempt.
   *
   * Unit: bytes. Default: 1048576. Source: gRPC A6 (1 MiB per call).
   */
  readonly replayLimitBytes?: number | undefined;
  /**
   * What the caller was promised, and the traffic to expect. Read by tools such as retry-lint, never at run time.
   *
   * Default: null.
   */
  readonly objective?: Objective | null | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** Every field that is present has to match; an empty match takes every call. */
export interface Match {
  /** HTTP methods; case does not matter. Default: every method. */
  readonly methods?: readonly string[];
  /** Scheme, host and port, without a path. Default: every origin. */
  readonly origin?: string;
  /**
   * Path of the URL, also gRPC's /package.Service/Method. * stands for one segment, ** for any number. Default:
   * every path.
   */
  readonly path?: string;
}

/** Latencies of a call, or of an attempt that succeeds. */
export interface LatencyQuantiles {
  /**
   * Half of the latencies are at most this.
   *
   * Unit: ms.
   */
  readonly p50?: number;
  /**
   * 95 % of the latencies are at most this.
   *
   * Unit: ms.
   */
  readonly p95?: number;
  /**
   * 99 % of the latencies are at most this.
   *
   * Unit: ms.
   */
  readonly p99?: number;
  /**
   * All latencies are at most this.
   *
   * Unit: ms.
   */
  readonly max?: number;
}

/** The expected traffic and behavior of the server. */
export interface AssumedTraffic {
  /**
   * Calls a second of one process.
   *
   * Unit: calls/s.
   */
  readonly rps?: number;
  /** Latencies of a call, or of an attempt that succeeds. */
  readonly latencyMs?: LatencyQuantiles;
  /**
   * Share of attempts that fail fast.
   *
   * Unit: ratio.
   */
  readonly failureRatio?: number;
  /**
   * How long an attempt takes that fails fast. Left out: 0.
   *
   * Unit: ms.
   */
  readonly failureLatencyMs?: number;
  /**
   * Share of attempts that never answer.
   *
   * Unit: ratio.
   */
  readonly hangRatio?: number;
}

/** Promises and assumptions; every field is optional. */
export interface Objective {
  /** Latencies of a call, or of an attempt that succeeds. */
  readonly latencyMs?: LatencyQuantiles;
  /**
   * Share of calls that have to succeed.
   *
   * Unit: ratio.
   */
  readonly successRatio?: number;
  /**
   * Processes that run this policy at the same time. Each has budgets, breakers and limits of its own, and the
   * traffic of assume.rps.
   *
   * Unit: processes.
   */
  readonly instances?: number;
  /** The expected traffic and behavior of the server. */
  readonly assume?: AssumedTraffic;
}

/** A mesh, an SDK or a proxy that sends the same call again. */
export interface RetryingLayer {
  /** Name of the layer, for messages. */
  readonly name: string;
  /**
   * Attempts of the layer at most, the first one counted.
   *
   * Unit: attempts.
   */
  readonly maxAttempts: number;
}

/**
 * Fields that one call may change, as {resilience: …} in ky's options or fetch's init. Calls share the guards, so
 * one call can only leave a guard out (null).
 */
export interface CallOverrides {
  /**
   * Attempts of a call at most: the first, every retry and any hedge. "unlimited" needs a deadline. null:
   * steadfetch does not retry; the caller's own loop keeps its retries and timeouts.
   *
   * Unit: attempts. Default: 3. Source: AWS SDKs; gRPC A6; Google SRE Book.
   */
  readonly maxAttempts?: number | 'unlimited' | null | undefined;
  /**
   * Bound on the whole call until the response headers, waits included, and on through body methods such as
   * .json(). null: none.
   *
   * Unit: ms. Default: 30000. Source: Microsoft.Extensions.Http.Resilience (30 s).
   */
  readonly deadlineMs?: number | null | undefined;
  /**
   * Bound on one attempt until the response headers, and on through body methods such as .json(). A body read as a
   * stream is bounded by idleTimeoutMs instead. null: none.
   *
   * Unit: ms. Default: 8000. Source: Microsoft.Extensions.Http.Resilience, ky (10 s).
   */
  readonly attemptTimeoutMs?: number | null | undefined;
  /**
   * Longest wait for the next chunk while the caller reads the response body as a stream. null: none.
   *
   * Unit: ms. Default: 30000. Source: Envoy per_try_idle_timeout.
   */
  readonly idleTimeoutMs?: number | null | undefined;
  /**
   * What is transient: statuses, "5xx" (without 501, 505 and 511), "4xx", failure kinds (network, timeout) and
   * gRPC code names. Whether a transient outcome may be sent again is decided apart from this: by what the server
   * may have done, the method, and the idempotency key.
   *
   * Default: [408,421,425,429,500,502,503,504,520,521,522,523,524,529,"network","timeout","UNAVAILABLE"]. Source:
   * RFC 9110 §15, RFC 6585, RFC 8470; OpenAI, AWS and Azure SDKs.
   */
  readonly retryOn?: readonly RetryTrigger[] | undefined;
  /**
   * Methods that may be sent twice although the server may have acted. Add POST, best in a route, only where twice
   * does no harm: an embedding, a search.
   *
   * Default: ["GET","HEAD","OPTIONS","TRACE","PUT","DELETE","QUERY"]. Source: RFC 9110 §9.2.2; RFC 10008 (QUERY).
   */
  readonly idempotentMethods?: readonly string[] | undefined;
  /**
   * A statement that this server deduplicates by a key header. Only then is a key made, one per call, and only
   * then is a POST retried although the server may have acted.
   *
   * Default: null.
   */
  readonly idempotency?: IdempotencyInput | null | undefined;
  /** How long to wait before each retry. */
  readonly backoff?: BackoffInput | undefined;
  /**
   * Use of the hints in retry-after-ms, Retry-After, RateLimit and X-RateLimit-* headers. A hint that is longer
   * than maxMs, or than the time left, ends the call at once: a hint is never shortened.
   *
   * Source: RFC 9110 §10.2.3; draft-ietf-httpapi-ratelimit-headers-11.
   */
  readonly retryAfter?: RetryAfterInput | undefined;
  /**
   * Reads the JSON bodies of errors that might be retried: an account without credit and a request that is too
   * large are not retried, and a wait that only the body names is honored. null: status and headers decide.
   * Programs that import `steadfetch/fetch`, `/ky`, `/core`, `/unchecked` or `/lite` call `useModelEndpoints()` of
   * `steadfetch/features` first.
   *
   * Default: null.
   */
  readonly refusals?: ErrorBodiesInput | null | undefined;
  /**
   * For servers that charge for attempts, such as model endpoints. Attempts that the server may have worked for
   * are counted and limited, and a timeout is not retried. null: attempts cost nothing.
   *
   * Default: null.
   */
  readonly paid?: PaidAttemptsInput | null | undefined;
  /** null: this call takes nothing from the budget. */
  readonly budget?: null | undefined;
  /** null: this call neither asks the breaker nor reports to it. */
  readonly breaker?: null | undefined;
  /** null: this call does not count against the limit. */
  readonly concurrency?: null | undefined;
  /** null: this call takes nothing from the quota, and does not wait for it. */
  readonly quota?: null | undefined;
  /**
   * Sends a second attempt if the first is slow and the call may be repeated, and takes the first good answer.
   *
   * Default: null.
   */
  readonly hedge?: HedgingInput | null | undefined;
  /**
   * When an event stream (text/event-stream) counts as answered, and how long its reader waits. null: at the
   * headers, like any other response. Programs that import `steadfetch/fetch`, `/ky`, `/core`, `/unchecked` or
   * `/lite` call `useModelEndpoints()` of `steadfetch/features` first.
   *
   * Default: null.
   */
  readonly stream?: EventStreamInput | null | undefined;
  /**
   * Header with the milliseconds that the call has left, computed anew for every attempt. null: none.
   *
   * Default: null. Source: Envoy x-envoy-expected-rq-timeout-ms; grpc-timeout.
   */
  readonly deadlineHeader?: string | null | undefined;
  /**
   * Header with the number of the attempt: 1 for the first, hedges counted. Servers can distinguish retries from
   * first attempts by it. null: none.
   *
   * Default: null. Source: x-stainless-retry-count of the SDKs of OpenAI and Anthropic; x-envoy-attempt-count;
   * grpc-previous-rpc-attempts.
   */
  readonly attemptHeader?: string | null | undefined;
  /**
   * What to do if the client above retries too, so that attempts multiply. Its retries show in
   * x-stainless-retry-count (the SDKs of OpenAI and Anthropic), amz-sdk-request (the AWS SDKs),
   * x-envoy-attempt-count and grpc-previous-rpc-attempts.
   *
   * - observe: Both retry. Under refusals, a retry of the client above is sent once, and a failed response tells
   * the SDKs of OpenAI and Anthropic not to retry. One warning per client names the header; an event and a span
   * attribute report how often the client above has retried.
   * - yield: The client above retries alone: a call that carries its header is sent once. An idempotency block
   * gives each of these calls another key, so let the client above send the key.
   *
   * Default: "observe". Source: Google SRE book, Handling overload: retry at one layer.
   */
  readonly nested?: Nested | undefined;
  /**
   * Largest request body that is kept for a retry. Larger bodies, and streams, get one attempt.
   *
   * Unit: bytes. Default: 1048576. Source: gRPC A6 (1 MiB per call).
   */
  readonly replayLimitBytes?: number | undefined;
  /** The id of this call, instead of a generated one. */
  readonly correlationId?: string | undefined;
  /** The key of this call, instead of a generated one. States that the server deduplicates by it. */
  readonly idempotencyKey?: string | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}
