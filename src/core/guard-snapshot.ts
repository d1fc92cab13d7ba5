/** The state of the guards, for operators and observers. */
import type {BreakerState} from './call-view.ts';
import type {QuotaDiffersEvent, StoreChangedEvent} from './events.ts';

/** The guards of one origin. */
export interface GuardSnapshot {
  /** Scheme, host and port. */
  readonly origin: string;
  /**
   * Each breaker: its route (undefined for the whole origin), its state, the ms until it may admit a call (0 unless it is open), and the attempts
   * that wait for the recovery.
   */
  readonly breakers: readonly {
    readonly route: string | undefined;
    readonly state: BreakerState;
    readonly retryAfterMs: number;
    readonly waiting: number;
  }[];
  /** Each retry budget: the share that is left, from 0 to 1. */
  readonly budgets: readonly {readonly remaining: number}[];
  /** Each quota: what is left, and how many attempts wait. */
  readonly quotas: readonly QuotaSnapshot[];
  /** Each concurrency limit: its maximum, and the attempts in flight and in the queue. */
  readonly concurrency: readonly {readonly max: number; readonly inFlight: number; readonly waiting: number}[];
}

/** The state of one quota. */
export interface QuotaSnapshot {
  /** The route of the quota; undefined if it is the whole origin's. */
  readonly route: string | undefined;
  /** Attempts in the queue. */
  readonly waiting: number;
  /** Milliseconds for which nothing is sent, because the server asked for a pause; else 0. */
  readonly heldMs: number;
  /** The learned rate, in requests a second; undefined while only the stated limits apply. */
  readonly learnedPerSecond: number | undefined;
  /** Each stated limit, and what is left of it. */
  readonly limits: readonly {
    readonly unit: 'requests' | 'inputTokens' | 'outputTokens' | 'tokens';
    readonly max: number;
    readonly perMs: number;
    /** The part of `max` that may still be taken now, in `unit`. */
    readonly left: number;
  }[];
}

/**
 * Called when a breaker changes its state.
 *
 * @param guarded The origin, or origin and route, that the breaker protects.
 * @param from    The state before.
 * @param to      The state now.
 */
export type BreakerListener = (guarded: string, from: BreakerState, to: BreakerState) => void;

/** What became of an endpoint: calls pass over it because it fails, or it is used again; it is not ready by its `readyPath`, or it is ready. */
export type EndpointChange = 'ejected' | 'returned' | 'not-ready' | 'ready';

/** Called when an endpoint of the policy is passed over from now on, and when it is used again. */
export type EndpointListener = (endpoint: string, change: EndpointChange) => void;

/** Called when the store of shared guards stops to answer, when it answers again, and when it has other limits of other processes. */
export type StoreListener = (event: StoreChangedEvent | QuotaDiffersEvent) => void;

/** All guards of one policy. Lives as long as its clients, so an observer holds it by a WeakRef. */
export interface GuardsView {
  /** Name of the policy. */
  readonly policyName: string;
  /** Called for every breaker that changes its state. */
  readonly breakerListeners: Set<BreakerListener>;
  /** Called for every endpoint that calls pass over from now on, and that they use again. */
  readonly endpointListeners: Set<EndpointListener>;
  /** Whether the store of shared guards answers. Undefined if the guards are this process's own. */
  readonly storeAvailable?: boolean | undefined;
  /**
   * The guards as they are, by origin.
   *
   * @param now The time of the clients' clock: `clock.now()`.
   */
  snapshot(now: number): readonly GuardSnapshot[];
}
