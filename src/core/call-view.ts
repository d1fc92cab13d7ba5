/** The view of a call for observers and listeners, and the words that describe it. */

/** Why an attempt was sent: as the first, after a failure, or beside a slow attempt. */
export type AttemptKind = 'initial' | 'retry' | 'hedge';

/** The view of a call for listeners and observers. Live: each read gives the current numbers. */
export interface CallView {
  /** The HTTP method, in upper case. POST for every gRPC call. */
  readonly method: string;
  /** `package.Service/Method` of a gRPC call; undefined for HTTP. */
  readonly rpcMethod: string | undefined;
  /** The URL without credentials, secrets in the query, and the fragment. */
  readonly url: string;
  /** Scheme, host and port of the URL. */
  readonly origin: string;
  /** The path pattern of the matched route, such as `/orders/*`: low in cardinality, unlike `url`. */
  readonly template: string | undefined;
  /** Name of the matched route, else of the policy. */
  readonly policyName: string;
  /** The id of the call, known from its first attempt on. Undefined if `correlation` is null. */
  readonly correlationId: string | undefined;
  /** Attempts so far, hedges included, and one that `prepareAttempt` kept from being sent. */
  readonly attempts: number;
  /** Hedges sent so far. */
  readonly hedges: number;
  /** Sum of the waits between attempts so far, in ms. */
  readonly waitedMs: number;
  /** Time in the queue of a quota and in the line of a breaker so far, in ms. */
  readonly queuedMs: number;
  /** Whether the call has an idempotency key. */
  readonly keyed: boolean;
  /** Retries of the client above, such as a vendor's SDK, before this call. Undefined if no header states them. */
  readonly outerRetries?: number | undefined;
  /** Attempts so far that may have to be paid for. Undefined if the policy has no `paid`. */
  readonly paidAttempts?: number | undefined;
}

/** How a call ended, in a word for telemetry. */
export type CallResult =
  | 'success'
  | 'failure'
  | 'timeout'
  | 'cancelled'
  | 'circuit_open'
  | 'rate_limited'
  | 'budget_exhausted'
  | 'not_retryable';

/** closed: attempts are sent. open: they are refused. half-open: a few probes are sent. */
export type BreakerState = 'closed' | 'open' | 'half-open';
