/** A call as observers and listeners see it, and the few words that describe it. */

export type AttemptKind = 'initial' | 'retry' | 'hedge';

/** A call, as others may see it. Live: its numbers are those of the moment it is read. */
export interface CallView {
  /** Upper case. Of every gRPC call POST, as gRPC sends it. */
  readonly method: string;
  /** `package.Service/Method` of a gRPC call; undefined over HTTP. */
  readonly rpcMethod: string | undefined;
  /** Redacted: without credentials, secrets in the query, or a fragment. */
  readonly url: string;
  readonly origin: string;
  /** The matched route's path pattern: low in cardinality, where `url` is not. */
  readonly template: string | undefined;
  /** Name of the matched route, else of the policy. */
  readonly policyName: string;
  readonly correlationId: string | undefined;
  /** Sends so far, hedges included. */
  readonly attempts: number;
  readonly hedges: number;
  /** Time spent waiting between attempts. */
  readonly waitedMs: number;
  /** An idempotency key is on the call. */
  readonly keyed: boolean;
  /** How often the client above, such as a vendor's SDK, has retried before this call; undefined where no header tells of one. */
  readonly outerRetries?: number | undefined;
}

/** How a call ended, in one word for telemetry. */
export type CallResult =
  | 'success'
  | 'failure'
  | 'timeout'
  | 'cancelled'
  | 'circuit_open'
  | 'rate_limited'
  | 'budget_exhausted'
  | 'not_retryable';

export type BreakerState = 'closed' | 'open' | 'half-open';
