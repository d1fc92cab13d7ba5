/** What a simulation found. Plain data: JSON writes Infinity as null. */
import type {Refusal} from '../decide/may-retry.ts';
import type {SampledCall} from './call-samples.ts';

/** Durations that a share of the calls did not exceed, in ms, within 0.5 %. */
export interface Percentiles {
  /** What 50 % of the calls take at most. */
  readonly p50: number;
  /** What 90 % take at most. */
  readonly p90: number;
  /** What 95 % take at most. */
  readonly p95: number;
  /** What 99 % take at most. */
  readonly p99: number;
  /** What 99.9 % take at most. */
  readonly p999: number;
}

/** Why a call ended: `success`, or what kept it from being retried. */
export type EndReason =
  | 'success'
  | Refusal
  /** A time limit ended the body of a response. The caller has the headers, so the call is not retried. */
  | 'body-timeout'
  /** An event stream broke after its first content. */
  | 'stream-broken'
  /** The call waited for an answer that never came, without a time limit. */
  | 'unfinished';

/** An equal part of the time of the scenario. */
export interface Interval {
  /** Begin, in ms since the start of the scenario. */
  readonly atMs: number;
  /** Calls that began. */
  readonly calls: number;
  /** How many of these calls succeeded, whenever that was. */
  readonly succeeded: number;
  /** Calls that ended successfully, whenever they began. */
  readonly answered: number;
  /** Requests that were sent to the service. */
  readonly requests: number;
  /** Breakers of the clients that were open, on average. */
  readonly openBreakers: number;
  /** Attempts that waited in the queues of quotas and concurrency limits, at the end of the interval. */
  readonly waiting: number;
}

/** The part of an interval that went to one endpoint. */
export interface EndpointInterval {
  /** Requests that were sent to it. */
  readonly requests: number;
  /** How many of these requests were answered without an error before their client gave up. */
  readonly succeeded: number;
}

/** What reached one of several endpoints. */
export interface EndpointResult extends EndpointInterval {
  /** Name of the endpoint in the scenario; in the policy, where the scenario has no such endpoint. */
  readonly name: string;
  /** Requests that it began to process. */
  readonly paidRequests: number;
  /** The same parts of the time as in `SimulationResult.timeline`. */
  readonly timeline: readonly EndpointInterval[];
}

export interface SimulationResult {
  /** Name of the scenario. */
  readonly scenario: string;
  /** Name of the policy; `no policy` without one. */
  readonly policy: string;
  /** Seed of the random numbers. */
  readonly seed: number;
  /** How long calls began, in ms. */
  readonly durationMs: number;
  /** Whether the signal ended the simulation early: the numbers are those of the time until then. */
  readonly interrupted: boolean;
  /** Calls that began. */
  readonly calls: number;
  /** Calls that succeeded. */
  readonly succeeded: number;
  /** From 0 to 1. */
  readonly successRatio: number;
  /** From the start of a call to its answer; of an event stream, to its headers or its first content. */
  readonly latencyMs: {
    /** Over all calls. A call that failed counts as infinitely long. */
    readonly all: Percentiles;
    /** Over the calls that succeeded. */
    readonly successful: Percentiles;
    /** The percentiles from 1 to 99, over all calls. */
    readonly distribution: readonly number[];
  };
  /** Attempts of the clients. */
  readonly attempts: number;
  /** Requests that were sent to the service; with layers, by the last of them. */
  readonly requests: number;
  /** `requests` for each call. */
  readonly requestsPerCall: number;
  /** Requests that the service began to process: what a service that charges for its work charges for. */
  readonly paidRequests: number;
  /** How many calls ended for each reason. */
  readonly ends: Readonly<Partial<Record<EndReason, number>>>;
  /** What the breakers of the clients did. */
  readonly breaker: {
    /** How often a breaker opened. */
    readonly opened: number;
    /** Calls that were refused before their first attempt. */
    readonly rejectedCalls: number;
    /** Calls that failed, and were not retried because a breaker was open. */
    readonly refusedRetries: number;
    /** Calls that waited in the line of a breaker. */
    readonly waitedCalls: number;
    /** Sum of their waits, in ms. */
    readonly waitedMs: number;
  };
  /** What the retry budgets of the clients did. */
  readonly budget: {
    /** Calls that failed, and were not retried because the budget was used up. */
    readonly refusedRetries: number;
  };
  /** What the quotas of the clients did. */
  readonly quota: {
    /** Calls that waited in line. */
    readonly queuedCalls: number;
    /** Sum of their waits, in ms. */
    readonly queuedMs: number;
    /** Calls or retries that were refused. */
    readonly refused: number;
  };
  /** Hedges that were sent. */
  readonly hedges: number;
  /** How many of `attempts` went to another endpoint than the attempt before; 0 with layers. */
  readonly moves: number;
  /** What reached each endpoint; empty where all calls go to one service. */
  readonly endpoints: readonly EndpointResult[];
  /** Null: the scenario has no trouble that ends. */
  readonly recovery: Recovery | null;
  /** The same numbers over time, in 120 equal parts. */
  readonly timeline: readonly Interval[];
  /** A call of each course that calls took, such as `503, 503, success`; 10 at most. Empty unless `samples` is set. */
  readonly samples: readonly SampledCall[];
}

export interface Recovery {
  /** When the last fault or phase ended, in ms since the start of the scenario. */
  readonly troubleEndsMs: number;
  /**
   * From then to the first interval from which on calls succeed as before the trouble, less 5 points, in ms; Infinity: not within the
   * scenario.
   */
  readonly afterMs: number;
}
