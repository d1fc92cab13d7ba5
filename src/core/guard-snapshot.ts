/** Guards as they stand, for operators and observers. */
import type {BreakerState} from './call-view.ts';

/** What stands before one origin. */
export interface GuardSnapshot {
  readonly origin: string;
  /** `retryAfterMs` is 0 unless the breaker is open. */
  readonly breakers: readonly {
    readonly route: string | undefined;
    readonly state: BreakerState;
    readonly retryAfterMs: number;
  }[];
  /** `remaining` is a share, from 0 to 1. */
  readonly budgets: readonly {readonly remaining: number}[];
  readonly concurrency: readonly {readonly max: number; readonly inFlight: number; readonly waiting: number}[];
}

/** @param guarded The origin, or origin and route, that the breaker stands before. */
export type BreakerListener = (guarded: string, from: BreakerState, to: BreakerState) => void;

/** All guards of one policy, to be read at any time. Lives as long as its clients: watchers hold it weakly. */
export interface GuardsView {
  readonly policyName: string;
  /** Told of every breaker that changes its state. */
  readonly breakerListeners: Set<BreakerListener>;
  /** @param now Monotonic milliseconds of the clients' clock. */
  snapshot(now: number): readonly GuardSnapshot[];
}
