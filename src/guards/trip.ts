/** When a closed breaker opens: the contract of its two rules, ratio-trip.ts and run-trip.ts. */

/** What an attempt has to say about its origin. `nothing`: 429, an abort by the caller, a rejection of ours. */
export type Health = 'success' | 'failure' | 'nothing';

/** What a closed breaker admits an attempt with; the attempt reports its end with it, once. */
export interface Tracked {
  /** The state of the breaker that admitted the attempt, by number. */
  readonly epoch: number;
  /** @returns Whether the breaker has to open. */
  end(health: Health): boolean;
}

/** Counts the attempts of one closed epoch, in the order in which they began. */
export interface Trip {
  begin(now: number): Tracked;
}
