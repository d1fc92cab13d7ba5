/** Guards as they stand, for operators and observers. */
import type {BreakerState} from './call-view.ts';

/** The guards of one origin. */
export interface GuardSnapshot {
  readonly origin: string;
  /** Of each breaker its route, if it has one, and how long it stays open in ms: 0 unless it is open. */
  readonly breakers: readonly {
    readonly route: string | undefined;
    readonly state: BreakerState;
    readonly retryAfterMs: number;
  }[];
  /** Of each budget the share that is left, from 0 to 1. */
  readonly budgets: readonly {readonly remaining: number}[];
  /** Of each quota what is left, and how many attempts wait. */
  readonly quotas: readonly QuotaSnapshot[];
  /** Of each limit the attempts in flight and in the queue. */
  readonly concurrency: readonly {readonly max: number; readonly inFlight: number; readonly waiting: number}[];
}

export interface QuotaSnapshot {
  /** Undefined where the quota is the whole origin's. */
  readonly route: string | undefined;
  /** Attempts in line. */
  readonly waiting: number;
  /** How much longer nothing is sent, because the server asked for it; else 0. */
  readonly heldMs: number;
  /** What was learned of the rate, in requests a second; undefined where nothing was, or it is no limit. */
  readonly learnedPerSecond: number | undefined;
  readonly limits: readonly {
    readonly unit: 'requests' | 'inputTokens' | 'outputTokens' | 'tokens';
    readonly max: number;
    readonly perMs: number;
    /** What of `max` may still be taken now. */
    readonly left: number;
  }[];
}

/**
 * Called when a breaker changes its state.
 *
 * @param guarded The origin, or origin and route, that the breaker protects.
 */
export type BreakerListener = (guarded: string, from: BreakerState, to: BreakerState) => void;

/** All guards of one policy. Lives as long as its clients, so an observer holds it by a WeakRef. */
export interface GuardsView {
  readonly policyName: string;
  /** Called for every breaker that changes its state. */
  readonly breakerListeners: Set<BreakerListener>;
  /**
   * The guards as they are, by origin.
   *
   * @param now The time of the clients' clock: `clock.now()`.
   */
  snapshot(now: number): readonly GuardSnapshot[];
}
