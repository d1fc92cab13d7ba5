/** What a plan is asked for: the objective, the service that is called, and the kind of call. */

import type {Cdf} from '../math/attempt-latency.ts';
import type {Backoff, LatencyQuantiles} from '../policy/types.ts';

export interface PlanRequest {
  readonly objective: PlanObjective;
  readonly service: ServiceModel;
  readonly call: PlannedCall;
  readonly space: SearchSpace;
}

/** The limits that a plan has to keep. A limit that is left out is not checked. */
export interface PlanObjective {
  /** Latencies over all calls, in milliseconds. A failed call counts as slower than any of them. */
  readonly latencyMs: {readonly p50?: number; readonly p95?: number; readonly p99?: number};
  /** Share of calls that succeed within the deadline. */
  readonly successRatio?: number;
  readonly deadlineMs: number;
  /** The most requests that one call may cause when every attempt fails, retries of other layers included. */
  readonly maxAmplification: number;
  /** The product of the attempts of all other layers that retry the same call. */
  readonly otherAttempts: number;
  readonly capacity?: Capacity;
}

export interface Capacity {
  /** Requests per second that the service can answer. */
  readonly perSecond: number;
  /** Share of `perSecond` that has to stay free. */
  readonly headroomRatio: number;
  /** Calls per second of all processes together. */
  readonly callsPerSecond: number;
}

/** How one attempt behaves. Attempts are independent of each other. */
export interface ServiceModel {
  /** The latency of an attempt that succeeds. */
  readonly latency: Cdf;
  /** Quantiles of `latency`, as a policy states them. */
  readonly quantiles: LatencyQuantiles;
  readonly failures: readonly ServiceFailure[];
  /** Share of attempts that never get a response. */
  readonly hangRatio: number;
}

/** Attempts that fail after a fixed time. */
export interface ServiceFailure {
  /** Share of all attempts. */
  readonly ratio: number;
  /** From the start of the attempt to the failure. */
  readonly afterMs: number;
  /** Whether the server certainly did not act, as after a refused connection. Such a failure costs nothing, and any call is retried. */
  readonly isUnsent: boolean;
}

/** Why a call may be sent again although the server may have acted; `never`: it may not. */
export type Repeatability = 'idempotent-method' | 'declared' | 'key' | 'never';

/** Calls per second of one process where the request names none. The policy does not state this number. */
export const ASSUMED_PER_SECOND = 100;

export interface PlannedCall {
  /** Name of the policy. */
  readonly name: string;
  /** In capitals. */
  readonly method: string;
  /** The policy is a route for this path. Undefined: for every path; the policy has no route for GET. */
  readonly path?: string;
  readonly repeat: Repeatability;
  /** Calls per second of one process, on which depends what the retry budget grants. Undefined: `ASSUMED_PER_SECOND`. */
  readonly perSecond?: number;
  readonly instances?: number;
}

/** The settings that are tried, each with each. */
export interface SearchSpace {
  readonly attempts: readonly number[];
  /** In milliseconds. Plans with one attempt have none: the deadline bounds them. */
  readonly attemptTimeouts: readonly number[];
  readonly bases: readonly number[];
  readonly jitters: readonly Jitter[];
  /** When a hedge is sent, in milliseconds; null: never. */
  readonly hedges: readonly (number | null)[];
}

export type Jitter = Exclude<Backoff['jitter'], 'none'>;

/** The first spreads the retries of many clients most. */
export const JITTERS: readonly Jitter[] = ['full', 'equal', 'decorrelated'];

/** Settings of a policy. */
export interface Candidate {
  readonly attempts: number;
  /** Null with one attempt. */
  readonly attemptTimeoutMs: number | null;
  readonly baseMs: number;
  readonly jitter: Jitter;
  readonly hedgeMs: number | null;
}

export const mayRepeat = ({repeat}: PlannedCall): boolean => repeat !== 'never';
